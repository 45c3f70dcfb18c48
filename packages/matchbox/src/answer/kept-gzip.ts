/** Compressing once what stays the same while the configs around it differ from machine to machine. */
import type { Gzip } from '@matchbox/butane';
import { createLruCache } from './lru-cache.ts';

/**
 * A compressor that keeps what it made: machines of a profile share most of their files, and compressing is the dearest
 * part of a translation.
 *
 * @param maxBytes - what the contents, compressed and not, may take in memory
 */
export function keepCompressed(gzip: Gzip, maxBytes: number): Gzip {
  const cache = createLruCache<Uint8Array>(maxBytes);
  return (bytes) => {
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    const kept = cache.get(key);
    if (kept !== undefined) return kept;
    const compressed = gzip(bytes);
    cache.set(key, compressed, compressed.length);
    return compressed;
  };
}
