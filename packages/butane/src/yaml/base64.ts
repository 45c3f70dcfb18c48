/** Base64 as Go's StdEncoding reads it: padded, line breaks ignored. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const digits = new Map([...alphabet].map((character, value) => [character, value]));

/** The bytes that `text` stands for, or undefined if it is no base64. */
export function base64Decode(text: string): Uint8Array | undefined {
  const encoded = text.replaceAll(/[\r\n]/g, '');
  if (encoded.length % 4 !== 0) return undefined;
  const padding = encoded.endsWith('==') ? 2 : encoded.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((encoded.length / 4) * 3 - padding);
  let at = 0;
  for (let i = 0; i < encoded.length; i += 4) {
    const significant = i + 4 === encoded.length ? 4 - padding : 4;
    let group = 0;
    for (let j = 0; j < 4; j++) {
      const value = j < significant ? digits.get(encoded.charAt(i + j)) : 0;
      if (value === undefined) return undefined;
      group = (group << 6) | value;
    }
    for (let shift = 16; shift > 16 - 8 * (significant - 1); shift -= 8) bytes[at++] = (group >> shift) & 0xff;
  }
  return bytes;
}
