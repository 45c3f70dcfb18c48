// Go's strings are bytes, JavaScript's are UTF-16. Inside this package a Go string is a JavaScript string in which a byte
// that is not part of valid UTF-8 stands as the lone surrogate U+DC00 + byte. Nearly every string has none, and then it is
// simply the JavaScript string. A string is canonical if decoding its bytes gives the same string; joining two canonical
// strings may break that (two halves of a character), so whatever joins ends with `canonical`.

interface WellFormed {
  isWellFormed(): boolean;
  toWellFormed(): string;
}

interface TextCoding {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  readonly TextDecoder: new (
    label: string,
    options: { fatal?: boolean; ignoreBOM: boolean },
  ) => { decode(bytes: Uint8Array): string };
}

// Every browser and Node have these; the compiler's library for plain ECMAScript does not list them.
const { TextEncoder, TextDecoder } = globalThis as unknown as TextCoding;
const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** U+FFFD, what Go puts in place of what is not a character. */
export const replacement = '\ufffd';

/** Whether the string has no lone surrogate, which inside this package means: it is valid UTF-8. */
export function isWellFormed(text: string): boolean {
  return (text as unknown as WellFormed).isWellFormed();
}

/** A JavaScript string from outside as a Go string: lone surrogates become U+FFFD, as `encoding/json` does. */
export function fromOutside(text: string): string {
  return isWellFormed(text) ? text : (text as unknown as WellFormed).toWellFormed();
}

/** A Go string as a proper JavaScript string: bytes that are not UTF-8 become U+FFFD. */
export function toOutside(text: string): string {
  return fromOutside(canonical(text));
}

/** A Go string from bytes. */
export function decodeBytes(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return decodeLoose(bytes);
  }
}

function decodeLoose(bytes: Uint8Array): string {
  const parts: string[] = [];
  let codes: number[] = [];
  for (let i = 0; i < bytes.length; ) {
    const size = sequenceLength(bytes, i);
    if (size === 1) {
      const byte = bytes[i]!;
      codes.push(byte < 0x80 ? byte : 0xdc00 + byte);
    } else {
      let code = bytes[i]! & (0xff >> (size + 1));
      for (let k = 1; k < size; k++) code = (code << 6) | (bytes[i + k]! & 0x3f);
      codes.push(code);
    }
    i += size;
    if (codes.length >= 4096) {
      parts.push(String.fromCodePoint(...codes));
      codes = [];
    }
  }
  parts.push(String.fromCodePoint(...codes));
  return parts.join('');
}

/** Length of the UTF-8 sequence at `at`, or 1 if there is no valid one (Unicode 15, table 3-7). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0xc2 || first > 0xf4) return 1;
  const size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (at + size > bytes.length) return 1;
  const second = bytes[at + 1]!;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 1;
  for (let k = 2; k < size; k++) if ((bytes[at + k]! & 0xc0) !== 0x80) return 1;
  return size;
}

/** The bytes of a Go string. */
export function encodeBytes(text: string): Uint8Array {
  if (isWellFormed(text)) return encoder.encode(text);
  const bytes = new Uint8Array(byteLength(text));
  let at = 0;
  for (const rune of text) {
    const code = rune.codePointAt(0)!;
    if (isByteEscape(code)) bytes[at++] = code - 0xdc00;
    else {
      const encoded = encoder.encode(rune);
      bytes.set(encoded, at);
      at += encoded.length;
    }
  }
  return bytes;
}

/** The canonical form of a string that was joined from parts. */
export function canonical(text: string): string {
  return isWellFormed(text) ? text : decodeLoose(encodeBytes(text));
}

/** Whether a code point of a Go string stands for a byte that is not UTF-8. */
export function isByteEscape(code: number): boolean {
  return code >= 0xdc80 && code <= 0xdcff;
}

/** Number of bytes of a Go string: `len`. */
export function byteLength(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) length += 1;
    else if (unit < 0xd800 || unit > 0xdfff) length += 2;
    else if (unit < 0xdc00) {
      length += 2; // A pair: two units, four bytes.
      i++;
    }
  }
  return length;
}

/** Whether the string is ASCII, so that units and bytes are the same. */
export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return false;
  return true;
}

/** Bytes `from` to `to` of a Go string. */
export function sliceBytes(text: string, from: number, to: number): string {
  if (isAscii(text)) return text.slice(from, to);
  return decodeBytes(encodeBytes(text).subarray(from, to));
}

/** Byte `at` of a Go string. */
export function byteAt(text: string, at: number): number {
  return isAscii(text) ? text.charCodeAt(at) : encodeBytes(text)[at]!;
}

/** Number of runes; a byte that is not UTF-8 counts as one. */
export function runeCount(text: string): number {
  let pairs = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00) pairs++;
  }
  return text.length - pairs;
}

/** Order of two Go strings by their bytes: negative, 0 or positive. */
export function compareBytes(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const unitA = a.charCodeAt(i);
    const unitB = b.charCodeAt(i);
    if (unitA === unitB) continue;
    if (unitA < 0xd800 || unitB < 0xd800) return unitA - unitB;
    if (isWellFormed(a) && isWellFormed(b)) return surrogatesLast(unitA) - surrogatesLast(unitB);
    return compareArrays(encodeBytes(a), encodeBytes(b));
  }
  if (isWellFormed(a) && isWellFormed(b)) return a.length - b.length;
  return compareArrays(encodeBytes(a), encodeBytes(b));
}

/** UTF-16 sorts surrogates (U+10000 and up) before U+E000…U+FFFF, UTF-8 after. */
function surrogatesLast(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

function compareArrays(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
