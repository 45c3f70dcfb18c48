/** Reads a request's body into memory, within a bound. */
import type { Readable } from 'node:stream';

/**
 * @param onLength told how many bytes of it are in memory
 * @returns undefined when it is larger, or when the client is gone before its end
 */
export function readBody(
  source: Readable,
  maxBytes: number,
  onLength: (bytes: number) => void = () => {},
): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    source.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) {
        chunks.push(chunk);
        onLength(length);
      } else {
        chunks.length = 0;
        resolve(undefined);
      }
    });
    source.once('end', () => resolve(Buffer.concat(chunks)));
    source.once('error', () => resolve(undefined));
    source.once('close', () => resolve(undefined));
  });
}
