/** The public revision of a file: the same over all stores, and after a move from one to another. */
import { createHash } from 'node:crypto';

/** SHA-256 of the bytes, in hexadecimal. */
export function revisionOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
