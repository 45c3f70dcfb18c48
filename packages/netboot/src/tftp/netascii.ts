/** The transfer mode netascii (RFC 1350 section 1): a line ends in CR LF, and a lone CR is CR NUL. */
const [lineFeed, carriageReturn] = [10, 13] as const;

export function encodeNetascii(bytes: Uint8Array): Uint8Array {
  let extra = 0;
  for (const byte of bytes) if (byte === lineFeed || byte === carriageReturn) extra++;
  const encoded = new Uint8Array(bytes.length + extra);
  let at = 0;
  for (const byte of bytes) {
    if (byte === lineFeed) encoded[at++] = carriageReturn;
    encoded[at++] = byte;
    if (byte === carriageReturn) encoded[at++] = 0;
  }
  return encoded;
}
