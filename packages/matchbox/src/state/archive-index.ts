/** The index of a file of the flight recorder: which bodies are where, so that a start need not read them all. */
import { crc32 } from 'node:zlib';

/** A body in a file. */
export interface Kept {
  /** SHA-256 in hexadecimal. */
  readonly digest: string;
  readonly offset: number;
  readonly length: number;
}

/** `MBA1`, the checksum of what follows, the length of the file, the number of bodies. */
const headerBytes = 16;
/** Digest, offset, length. */
const entryBytes = 40;
/** `MBA1` */
const magic = 0x4d424131;

export function encodeArchiveIndex(kept: readonly Kept[], segmentBytes: number): Uint8Array {
  const bytes = Buffer.alloc(headerBytes + kept.length * entryBytes);
  bytes.writeUInt32BE(magic, 0);
  bytes.writeUInt32BE(segmentBytes, 8);
  bytes.writeUInt32BE(kept.length, 12);
  let at = headerBytes;
  for (const { digest, offset, length } of kept) {
    bytes.write(digest, at, 'hex');
    bytes.writeUInt32BE(offset, at + 32);
    bytes.writeUInt32BE(length, at + 36);
    at += entryBytes;
  }
  bytes.writeUInt32BE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

/** @returns undefined for what is no whole index */
export function decodeArchiveIndex(bytes: Buffer): { readonly bytes: number; readonly kept: Kept[] } | undefined {
  if (bytes.length < headerBytes || bytes.readUInt32BE(0) !== magic) return undefined;
  const count = bytes.readUInt32BE(12);
  if (bytes.length !== headerBytes + count * entryBytes) return undefined;
  if (bytes.readUInt32BE(4) !== crc32(bytes.subarray(8))) return undefined;
  const kept: Kept[] = [];
  for (let at = headerBytes; at < bytes.length; at += entryBytes) {
    const digest = bytes.toString('hex', at, at + 32);
    kept.push({ digest, offset: bytes.readUInt32BE(at + 32), length: bytes.readUInt32BE(at + 36) });
  }
  return { bytes: bytes.readUInt32BE(8), kept };
}
