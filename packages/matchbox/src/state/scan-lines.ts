/** Reads a segment's bytes line by line, and tells good lines from a torn end and from damage in the middle. */
import { type Batch, decodeLine } from './line.ts';

export interface ScannedLine {
  readonly offset: number;
  /** Bytes, without the line feed. */
  readonly length: number;
  readonly batch: Batch;
}

export interface Scan {
  readonly lines: readonly ScannedLine[];
  /** Where the last good line ends: what follows is torn and may be cut off. */
  readonly goodLength: number;
  /** Lines in the middle that are damaged; they are skipped, not cut. */
  readonly damaged: number;
}

/** @param bytes a whole segment */
export function scanLines(bytes: Uint8Array): Scan {
  const lines: ScannedLine[] = [];
  let goodLength = 0;
  let damaged = 0;
  let badSinceGood = 0;
  for (let offset = 0; offset < bytes.length; ) {
    const end = bytes.indexOf(0x0a, offset);
    if (end < 0) break;
    const batch = decodeLine(bytes.subarray(offset, end));
    if (batch === undefined) badSinceGood++;
    else {
      lines.push({ offset, length: end - offset, batch });
      damaged += badSinceGood;
      badSinceGood = 0;
      goodLength = end + 1;
    }
    offset = end + 1;
  }
  return { lines, goodLength, damaged };
}
