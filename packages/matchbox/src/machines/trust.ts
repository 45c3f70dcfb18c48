/** Which identifiers of a machine can be believed: vendors ship boards with the same UUID, serial or address on all of them. */

/** Exact values in either byte order, in lower case. They are compared whole: a template with a MAC address in it is unique. */
const repeatedUuids: ReadonlySet<string> = inBothOrders([
  // Made up by kernel and firmware samples (systemd/systemd#11137).
  '00010203-0405-0607-0809-0a0b0c0d0e0f',
  '01020304-0506-0708-090a-0b0c0d0e0f10',
  // AMI and Gigabyte boards (oshi/oshi#2417).
  '03000200-0400-0500-0006-000700080009',
  // SolidRun LX2160A (solidrun/lx2160a_uefi#4).
  '8a95d198-7f46-11e5-bf8b-08002704d48e',
  '12345678-1234-5678-90ab-cddeefaabbcc',
  'deadbeef-dead-beef-dead-beefdeadbeef',
]);

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** All zeros and all F, and any other single byte. It is asked of each request, and tells nearly all by their third digit. */
const oneByte = /^(..)\1{3}-\1{2}-\1{2}-\1{2}-\1{6}$/;

/**
 * @param extra further UUIDs that the operator or experience distrusts, in lower case and in both byte orders
 * @returns the UUID in lower case, or undefined for what is none or may belong to many machines
 */
export function trustedUuid(text: string, extra: ReadonlySet<string> = new Set()): string | undefined {
  if (text.length !== 36) return undefined;
  const uuid = text.toLowerCase();
  if (!uuidPattern.test(uuid)) return undefined;
  if (oneByte.test(uuid)) return undefined;
  return repeatedUuids.has(uuid) || extra.has(uuid) ? undefined : uuid;
}

/** A set that knows each UUID in either byte order. */
export function inBothOrders(uuids: Iterable<string>): Set<string> {
  const both = new Set<string>();
  for (const uuid of uuids) both.add(uuid).add(swapUuid(uuid));
  return both;
}

/** The same bytes with the first three fields in the other byte order: firmware and system disagree about it (SMBIOS before 2.6). */
export function swapUuid(uuid: string): string {
  const [a = '', b = '', c = '', ...rest] = uuid.split('-');
  const swap = (field: string) => (field.match(/../g) ?? []).reverse().join('');
  return [swap(a), swap(b), swap(c), ...rest].join('-');
}

const placeholderSerials: ReadonlySet<string> = new Set([
  '0',
  'none',
  'n/a',
  'unknown',
  'not specified',
  'not applicable',
  'default string',
  'to be filled by o.e.m.',
  'to be filled by oem',
  'system serial number',
  'chassis serial number',
  'base board serial number',
  'enter serial',
]);

/** @returns the serial number trimmed and in lower case, or undefined for what boards have that were never given one */
export function trustedSerial(text: string): string | undefined {
  const serial = text.trim().toLowerCase();
  if (serial.length < 3 || serial.length > 64) return undefined;
  if (placeholderSerials.has(serial) || serial.includes('12345678')) return undefined;
  return serial === serial[0]!.repeat(serial.length) ? undefined : serial;
}

/**
 * @param text as `formatMac` writes it: `52:54:00:a1:9c:ae`
 * @param shared addresses of docks and adapters that go from machine to machine
 */
export function trustedMac(text: string, shared: ReadonlySet<string> = new Set()): string | undefined {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(text)) return undefined;
  if (text === '00:00:00:00:00:00' || text === 'ff:ff:ff:ff:ff:ff') return undefined;
  const isGroupAddress = (Number.parseInt(text.slice(0, 2), 16) & 1) === 1;
  return isGroupAddress || shared.has(text) ? undefined : text;
}
