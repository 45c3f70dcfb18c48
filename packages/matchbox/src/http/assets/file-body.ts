/** A part of a file as the body of an answer. */
import { closeAsset } from './open.ts';

/** Whoever receives it must call `sendFile` or `closeBody`, once. */
export type FileBody = OpenFileBody | KeptFileBody;

interface Part {
  /** Offset of the first byte. */
  readonly start: number;
  /** Number of bytes, as announced in Content-Length. */
  readonly length: number;
}

export interface OpenFileBody extends Part {
  /** An open file descriptor; the file behind it stays the same whatever happens to its name. */
  readonly fd: number;
  /**
   * Of a file that is still being written: resolves when there is more of it than `offset` bytes, with how many may be read. Rejects when the
   * rest never comes.
   */
  readonly reach?: ((offset: number) => Promise<number>) | undefined;
}

/** Of a file that is in memory. */
export interface KeptFileBody extends Part {
  /** The whole file, which others send at the same time. */
  readonly bytes: Uint8Array;
  release(): void;
}

export function isFileBody(body: Uint8Array | FileBody): body is FileBody {
  return !(body instanceof Uint8Array);
}

/** Ends a body, sent or not. */
export async function closeBody(body: FileBody): Promise<void> {
  if ('fd' in body) await closeAsset(body);
  else body.release();
}
