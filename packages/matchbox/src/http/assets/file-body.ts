/** A part of an open file as the body of an answer. */

/** Whoever receives it must call `sendFile` or `close`, once. */
export interface FileBody {
  /** An open file descriptor; the file behind it stays the same whatever happens to its name. */
  readonly fd: number;
  /** Offset of the first byte. */
  readonly start: number;
  /** Number of bytes, as announced in Content-Length. */
  readonly length: number;
}
