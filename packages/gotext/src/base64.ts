// Base64 as Go's package encoding/base64 writes and reads it: padded, line breaks ignored, spare bits not looked at.

/** The standard alphabet, and that for URLs and file names (RFC 4648, sections 4 and 5). */
export type Base64Alphabet = 'standard' | 'url';

const common = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const alphabets: Readonly<Record<Base64Alphabet, string>> = { standard: `${common}+/`, url: `${common}-_` };
/** The value of each ASCII character, 255 for none. */
const values: Readonly<Record<Base64Alphabet, Uint8Array>> = {
  standard: valuesOf(alphabets.standard),
  url: valuesOf(alphabets.url),
};

function valuesOf(alphabet: string): Uint8Array {
  const table = new Uint8Array(128).fill(255);
  for (let value = 0; value < 64; value++) table[alphabet.charCodeAt(value)] = value;
  return table;
}

/** `StdEncoding.EncodeToString`, or `URLEncoding`'s. */
export function encodeBase64(bytes: Uint8Array, alphabet: Base64Alphabet = 'standard'): string {
  const digits = alphabets[alphabet];
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const group = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const left = bytes.length - at;
    parts.push(
      digits[group >> 18]! +
        digits[(group >> 12) & 63]! +
        (left > 1 ? digits[(group >> 6) & 63]! : '=') +
        (left > 2 ? digits[group & 63]! : '='),
    );
  }
  return parts.join('');
}

/** The bytes, or the offset that Go's `CorruptInputError` names: `illegal base64 data at input byte N`. */
export type Base64Result = { readonly bytes: Uint8Array } | { readonly faultAt: number };

/** `StdEncoding.DecodeString`, or `URLEncoding`'s. Offsets are of UTF-16 units, which are bytes up to the first fault. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one loop over the units, in which a call for each would cost what the loop is for
export function decodeBase64(text: string, alphabet: Base64Alphabet = 'standard'): Base64Result {
  const table = values[alphabet];
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let length = 0;
  let group = 0;
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (isLineBreak(unit)) continue;
    if (unit === paddingMark) {
      const faultAt = paddingFault(text, at, digits);
      if (faultAt !== undefined) return { faultAt };
      bytes[length++] = group >> (digits === 2 ? 4 : 10);
      if (digits === 3) bytes[length++] = (group >> 2) & 0xff;
      return { bytes: bytes.slice(0, length) };
    }
    const value = table[unit] ?? 255;
    if (value === 255) return { faultAt: at };
    group = (group << 6) | value;
    if (++digits < 4) continue;
    bytes[length++] = group >> 16;
    bytes[length++] = (group >> 8) & 0xff;
    bytes[length++] = group & 0xff;
    group = 0;
    digits = 0;
  }
  return digits === 0 ? { bytes: bytes.slice(0, length) } : { faultAt: text.length - digits };
}

/** The text of Go's `CorruptInputError`. */
export function base64Fault(faultAt: number): string {
  return `illegal base64 data at input byte ${faultAt}`;
}

const paddingMark = 0x3d;

function isLineBreak(unit: number): boolean {
  return unit === 0x0a || unit === 0x0d;
}

/** Where Go sees a fault in padding that begins at `first`, behind so many digits of a group. */
function paddingFault(text: string, first: number, digits: number): number | undefined {
  if (digits < 2) return first;
  let at = skipLineBreaks(text, first + 1);
  if (digits === 2) {
    if (at === text.length) return text.length;
    if (text.charCodeAt(at) !== paddingMark) return at - 1;
    at = skipLineBreaks(text, at + 1);
  }
  return at < text.length ? at : undefined;
}

function skipLineBreaks(text: string, from: number): number {
  let at = from;
  while (isLineBreak(text.charCodeAt(at))) at++;
  return at;
}
