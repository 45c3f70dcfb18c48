// Byte strings as hexadecimal digits.
import { decodeBytes, encodeBytes } from '@matchbox/gotext';

const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Two lower-case digits for each byte of the string. */
export function hexBytes(text: string): string[] {
  return Array.from(encodeBytes(text), (byte) => pairs[byte]!);
}

/** The byte string of an even number of digits. */
export function fromHex(digits: string): string {
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return decodeBytes(bytes);
}
