/**
 * Go's strings are bytes. Here a string from a request is a JavaScript string in which a byte that is not part of valid
 * UTF-8 stands as the lone surrogate U+DC00 + byte, the form that `@matchbox/gotemplate` uses too.
 */

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

interface WellFormed {
  isWellFormed(): boolean;
  toWellFormed(): string;
}

export function isWellFormed(text: string): boolean {
  return (text as unknown as WellFormed).isWellFormed();
}

/** Bytes that are not UTF-8 become U+FFFD each. */
export function toWellFormed(text: string): string {
  return (text as unknown as WellFormed).toWellFormed();
}

export function decodeBytes(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeLoose(bytes);
  }
}

/** The same from text with one character a byte (Latin-1), as it comes out of an HTTP parser. */
export function decodeLatin1(text: string): string {
  if (isAscii(text)) return text;
  return decodeBytes(Uint8Array.from(text, (character) => character.charCodeAt(0)));
}

export function isAscii(text: string): boolean {
  return !beyondAscii.test(text);
}

const beyondAscii = /[^\x00-\x7f]/;

function decodeLoose(bytes: Uint8Array): string {
  const out: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    out.push(length === 0 ? String.fromCharCode(0xdc00 + bytes[at]!) : strict.decode(bytes.subarray(at, at + length)));
    at += Math.max(length, 1);
  }
  return out.join('');
}

/** Length of the valid UTF-8 sequence at `at`; 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (at + length > bytes.length) return 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (bytes[at + 1]! < low || bytes[at + 1]! > high) return 0;
  for (let i = 2; i < length; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  return length;
}

export function encodeBytes(text: string): Uint8Array {
  if (isWellFormed(text)) return encoder.encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00);
    else bytes.push(...encoder.encode(character));
  }
  return Uint8Array.from(bytes);
}

/** Order by bytes: negative, 0 or positive. JavaScript's own order differs beyond U+D7FF. */
export function compareBytes(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left === right) continue;
    if (left < 0xd800 && right < 0xd800) return left - right;
    return compareArrays(encodeBytes(a), encodeBytes(b));
  }
  return a.length - b.length;
}

/** The texts in order of their bytes, joined; sorts them in place. */
export function joinSorted(texts: string[], separator: string): string {
  // The engine's own order is that of bytes for ASCII, and several times as quick.
  const joined = texts.sort().join(separator);
  return isAscii(joined) ? joined : texts.sort(compareBytes).join(separator);
}

function compareArrays(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
