/** Option 97: the machine's UUID as firmware sends it (RFC 4578 2.3). */

/** Where each byte of the text stands in the option: the first three fields are little-endian, after a type of 0. */
const positions = [4, 3, 2, 1, 6, 5, 8, 7, 9, 10, 11, 12, 13, 14, 15, 16];

/** In the form of SMBIOS and iPXE, lower case; undefined when it has another length or type. */
export function decodeMachineIdentifier(bytes: Uint8Array): string | undefined {
  if (bytes.length !== 17 || bytes[0] !== 0) return undefined;
  const digits = positions.map((at) => bytes[at]!.toString(16).padStart(2, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** @param uuid `16e7d8a7-bfa9-428b-9117-363341bb330a` */
export function encodeMachineIdentifier(uuid: string): Uint8Array {
  const digits = uuid.replaceAll('-', '');
  const bytes = new Uint8Array(17);
  for (const [index, at] of positions.entries()) {
    bytes[at] = Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16);
  }
  return bytes;
}
