/** Tag, length, value inside an option: 43 (PXE 2.1), 82 (RFC 3046) and 175 (iPXE). */

export interface SubOption {
  readonly code: number;
  readonly value: Uint8Array;
}

/**
 * Reads as many as are whole; what follows a broken one counts for nothing.
 * @param framed whether 0 is padding and 255 the end (43, 175), which in option 82 are codes like others
 */
export function decodeSubOptions(bytes: Uint8Array, framed: boolean): readonly SubOption[] {
  const found: SubOption[] = [];
  for (let at = 0; at < bytes.length; ) {
    const code = bytes[at++]!;
    if (framed && code === 0) continue;
    if (framed && code === 255) break;
    const length = bytes[at++];
    if (length === undefined || at + length > bytes.length) break;
    found.push({ code, value: bytes.subarray(at, at + length) });
    at += length;
  }
  return found;
}

/** @throws RangeError for a value of more than 255 bytes, which has no form */
export function encodeSubOptions(subOptions: readonly SubOption[], framed: boolean): Uint8Array {
  const bytes: number[] = [];
  for (const { code, value } of subOptions) {
    if (value.length > 255) throw new RangeError(`sub-option ${code} has ${value.length} bytes; wanted at most 255`);
    bytes.push(code, value.length, ...value);
  }
  if (framed) bytes.push(255);
  return Uint8Array.from(bytes);
}
