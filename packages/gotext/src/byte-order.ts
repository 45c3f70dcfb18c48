// The order of Go's strings, which is that of their bytes. JavaScript's own, by UTF-16 units, differs from U+D800 on.
import { encodeBytes, isAscii } from './byte-string.ts';

/** Order of two byte strings: negative, 0 or positive, as `strings.Compare`. */
export function compareBytes(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    if (!isSurrogate(left) && !isSurrogate(right)) return left - right;
    return compareFrom(a, b, i);
  }
  // A half of a pair at the end of one may be whole in the other.
  return isSurrogate(a.charCodeAt(shorter - 1)) ? compareFrom(a, b, shorter) : a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** Order of two strings that are equal before `at`, where the unit may be the second half of a character. */
function compareFrom(a: string, b: string, at: number): number {
  const start = Math.max(at - 1, 0);
  return compareArrays(encodeBytes(a.slice(start)), encodeBytes(b.slice(start)));
}

/** Order of two byte arrays: negative, 0 or positive, as `bytes.Compare`. */
export function compareArrays(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/** The texts in the order of their bytes, joined; sorts them in place. */
export function joinSorted(texts: string[], separator: string): string {
  // The engine's own order is that of bytes for ASCII, and several times as quick.
  const joined = texts.sort().join(separator);
  return isAscii(joined) ? joined : texts.sort(compareBytes).join(separator);
}
