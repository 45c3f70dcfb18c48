/** Columns as people count them, in characters, of places that Go counts in bytes. */
import { decodeBytes } from '@matchbox/gotext';

/** The column, from 1 and in characters, of a place that Go counts in bytes. */
export function characterColumn(text: Uint8Array, line: number, bytesBefore: number): number {
  let start = 0;
  for (let left = line; left > 1; left--) {
    const lineEnd = text.indexOf(0x0a, start);
    if (lineEnd < 0) break;
    start = lineEnd + 1;
  }
  return Array.from(decodeBytes(text.subarray(start, start + bytesBefore))).length + 1;
}
