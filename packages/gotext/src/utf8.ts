// UTF-8 as Go's package unicode/utf8 knows it.
import { decodeBytes } from './byte-string.ts';
import { encoder, isWellFormed, strictDecoder, toWellFormed } from './text-coding.ts';

/** Whether the bytes are valid UTF-8 (`utf8.Valid`). */
export function isUtf8(bytes: Uint8Array): boolean {
  return decodeStrictly(bytes) !== undefined;
}

/** The text of the bytes, a byte order mark included, or undefined where they are not UTF-8. */
export function decodeStrictly(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * The text of the bytes as Go reads it when it ranges over a string: every single byte that belongs to no character
 * becomes a U+FFFD of its own. (`TextDecoder` writes one for several.)
 */
export function decodeText(bytes: Uint8Array): string {
  const text = decodeBytes(bytes);
  return isWellFormed(text) ? text : toWellFormed(text);
}

/** The UTF-8 of a string that holds characters only; a lone surrogate becomes U+FFFD. For byte strings: `encodeBytes`. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}
