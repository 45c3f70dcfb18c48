// Go's strings are bytes, JavaScript's are UTF-16. A *byte string* is a JavaScript string in which a byte that is not part of
// valid UTF-8 (a stray byte) stands as the lone surrogate U+DC00 + byte. Nearly every string has none, and then it is simply the
// JavaScript string. It is canonical if decoding its bytes gives the same string; joining two canonical strings may break that
// (two halves of a character), so whatever joins ends with `canonical`. Any other lone surrogate stands for U+FFFD.
import { encoder, isWellFormed, strictDecoder, toWellFormed } from './text-coding.ts';

/** The byte string of any bytes; canonical. */
export function decodeBytes(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return decodeLoosely(bytes);
  }
}

/** The same from text with one character a byte (Latin-1), as it comes out of an HTTP parser. */
export function decodeLatin1(text: string): string {
  if (isAscii(text)) return text;
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return decodeBytes(bytes);
}

/** Characters of a part, few enough for the arguments of one call. */
const partLength = 4096;

function decodeLoosely(bytes: Uint8Array): string {
  const parts: string[] = [];
  let codes: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    codes.push(length === 0 ? 0xdc00 + bytes[at]! : codePoint(bytes, at, length));
    at += Math.max(length, 1);
    if (codes.length < partLength) continue;
    parts.push(String.fromCodePoint(...codes));
    codes = [];
  }
  parts.push(String.fromCodePoint(...codes));
  return parts.join('');
}

/**
 * Length of the valid UTF-8 sequence that begins at `at`, 0 if there is none.
 * Source: The Unicode Standard, table 3-7 (well-formed UTF-8 byte sequences).
 */
export function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first === undefined) return 0;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (at + length > bytes.length) return 0;
  for (let i = 1; i < length; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  return isShortestForm(first, bytes[at + 1]!) ? length : 0;
}

/** Whether the second byte makes no overlong form, no surrogate, and nothing beyond U+10FFFF. */
function isShortestForm(first: number, second: number): boolean {
  if (first === 0xe0) return second >= 0xa0;
  if (first === 0xed) return second <= 0x9f;
  if (first === 0xf0) return second >= 0x90;
  return first !== 0xf4 || second <= 0x8f;
}

function codePoint(bytes: Uint8Array, at: number, length: number): number {
  if (length === 1) return bytes[at]!;
  let code = bytes[at]! & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) code = (code << 6) | (bytes[at + i]! & 0x3f);
  return code;
}

/** The bytes of a byte string, canonical or not. */
export function encodeBytes(text: string): Uint8Array {
  if (isWellFormed(text)) return encoder.encode(text);
  const bytes = new Uint8Array(byteLength(text));
  let at = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (isStrayByte(code)) {
      bytes[at++] = code - 0xdc00;
      continue;
    }
    const encoded = encoder.encode(character);
    bytes.set(encoded, at);
    at += encoded.length;
  }
  return bytes;
}

/** The canonical form of a byte string that was joined from parts. */
export function canonical(text: string): string {
  return isWellFormed(text) ? text : decodeBytes(encodeBytes(text));
}

/** A byte string as a proper JavaScript string: stray bytes become U+FFFD. */
export function toText(text: string): string {
  return isWellFormed(text) ? text : toWellFormed(canonical(text));
}

/** Whether a code point of a byte string stands for a stray byte. */
export function isStrayByte(code: number): boolean {
  return code >= 0xdc80 && code <= 0xdcff;
}

/** Whether the string is ASCII, so that its units and its bytes are the same. */
export function isAscii(text: string): boolean {
  return !beyondAscii.test(text);
}

const beyondAscii = /[^\x00-\x7f]/;

/** Number of bytes of a byte string, as Go's `len` counts; that of `encodeBytes`. */
export function byteLength(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) length += 1;
    else if (!isStrayByte(unit)) length += 2;
    // The second half of a character beyond U+FFFF: two units, four bytes.
    if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(i + 1))) i++;
  }
  return length;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Number of runes (`utf8.RuneCountInString`); a stray byte counts as one. */
export function runeCount(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) {
    if (isHighSurrogate(text.charCodeAt(i)) && isLowSurrogate(text.charCodeAt(i + 1))) count--;
  }
  return count;
}

/** Bytes `from` up to, not including, `to` of a byte string: `s[from:to]`. */
export function sliceBytes(text: string, from: number, to: number): string {
  if (isAscii(text)) return text.slice(from, to);
  return decodeBytes(encodeBytes(text).subarray(from, to));
}

/** Byte `at` of a byte string: `s[at]`. */
export function byteAt(text: string, at: number): number {
  return isAscii(text) ? text.charCodeAt(at) : encodeBytes(text)[at]!;
}
