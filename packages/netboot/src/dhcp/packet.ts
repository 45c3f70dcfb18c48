/** The bytes of a DHCP message: RFC 2131 section 2, long options by RFC 3396, overloaded fields by RFC 2132 9.3. */
import { formatIpv4, parseIpv4 } from '../ipv4.ts';
import { bytesAsText, type DhcpMessage } from './message.ts';
import { option } from './option.ts';

/** Why bytes are no DHCP message. */
export type PacketFault =
  | 'too_short'
  | 'bad_cookie'
  | 'bad_hardware_length'
  | 'option_truncated'
  | 'no_end_option'
  | 'bad_overload';

export type DecodedPacket =
  | { readonly message: DhcpMessage; readonly fault?: undefined }
  | { readonly message?: undefined; readonly fault: PacketFault };

const cookie = 0x63825363;
const [hardwareAt, serverNameAt, fileAt, cookieAt, optionsAt] = [28, 44, 108, 236, 240] as const;
const [pad, end] = [0, 255] as const;
/** BOOTP's size, below which relays drop a message (RFC 951). */
const minimumBytes = 300;

/** Total: any bytes are a message or have a fault; nothing is allocated by what a length field says. */
export function decodePacket(input: Uint8Array): DecodedPacket {
  const bytes = new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  if (bytes.length < optionsAt) return { fault: 'too_short' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(cookieAt) !== cookie) return { fault: 'bad_cookie' };
  if (bytes[2]! > 16) return { fault: 'bad_hardware_length' };
  const options = decodeOptions(bytes);
  if (typeof options === 'string') return { fault: options };
  const address = (at: number) => formatIpv4(view.getUint32(at));
  const { overload } = options;
  return {
    message: {
      operation: bytes[0]!,
      hardwareType: bytes[1]!,
      hardwareLength: bytes[2]!,
      hops: bytes[3]!,
      transactionId: view.getUint32(4),
      seconds: view.getUint16(8),
      flags: view.getUint16(10),
      clientAddress: address(12),
      yourAddress: address(16),
      nextServer: address(20),
      relayAddress: address(24),
      hardwareField: bytes.subarray(hardwareAt, serverNameAt),
      serverName: overload & 2 ? '' : untilNul(bytes.subarray(serverNameAt, fileAt)),
      file: overload & 1 ? '' : untilNul(bytes.subarray(fileAt, cookieAt)),
      options: options.values,
    },
  };
}

function untilNul(field: Uint8Array): string {
  const at = field.indexOf(0);
  return bytesAsText(at < 0 ? field : field.subarray(0, at));
}

interface DecodedOptions {
  readonly values: ReadonlyMap<number, Uint8Array>;
  /** Bit 1: file holds options; bit 2: sname does. */
  readonly overload: number;
}

function decodeOptions(bytes: Uint8Array): DecodedOptions | PacketFault {
  const parts = new Map<number, Uint8Array[]>();
  const fault = readArea(bytes.subarray(optionsAt), parts, 'must end');
  if (fault !== undefined) return fault;
  const overloads = parts.get(option.overload);
  parts.delete(option.overload);
  let overload = 0;
  if (overloads !== undefined) {
    const [first] = overloads;
    if (overloads.length !== 1 || first?.length !== 1 || first[0]! < 1 || first[0]! > 3) return 'bad_overload';
    overload = first[0]!;
  }
  // The file field comes before sname (RFC 3396 section 5).
  const fields = [
    overload & 1 ? bytes.subarray(fileAt, cookieAt) : [],
    overload & 2 ? bytes.subarray(serverNameAt, fileAt) : [],
  ];
  for (const field of fields) {
    const inField = readArea(Uint8Array.from(field), parts, 'may end');
    if (inField !== undefined) return inField;
  }
  parts.delete(option.overload);
  return { values: new Map(Array.from(parts, ([code, each]) => [code, join(each)])), overload };
}

function readArea(
  area: Uint8Array,
  parts: Map<number, Uint8Array[]>,
  ending: 'must end' | 'may end',
): PacketFault | undefined {
  for (let at = 0; at < area.length; ) {
    const code = area[at++]!;
    if (code === end) return undefined;
    if (code === pad) continue;
    const length = area[at++];
    if (length === undefined || at + length > area.length) return 'option_truncated';
    const value = area.subarray(at, at + length);
    at += length;
    const known = parts.get(code);
    if (known === undefined) parts.set(code, [value]);
    else known.push(value);
  }
  return ending === 'must end' ? 'no_end_option' : undefined;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/**
 * Writes a message, padded to 300 bytes. Options come in the map's order, those over 255 bytes in parts (RFC 3396).
 * The options 0, 52 and 255 are the packet's own and not to be in the map.
 */
export function encodePacket(message: DhcpMessage): Uint8Array {
  const bytes = new Uint8Array(Math.max(minimumBytes, packetBytes(message.options)));
  const view = new DataView(bytes.buffer);
  bytes.set([message.operation, message.hardwareType, message.hardwareLength, message.hops]);
  view.setUint32(4, message.transactionId);
  view.setUint16(8, message.seconds);
  view.setUint16(10, message.flags);
  view.setUint32(12, parseIpv4(message.clientAddress) ?? 0);
  view.setUint32(16, parseIpv4(message.yourAddress) ?? 0);
  view.setUint32(20, parseIpv4(message.nextServer) ?? 0);
  view.setUint32(24, parseIpv4(message.relayAddress) ?? 0);
  bytes.set(message.hardwareField.subarray(0, 16), hardwareAt);
  writeText(bytes.subarray(serverNameAt, fileAt), message.serverName);
  writeText(bytes.subarray(fileAt, cookieAt), message.file);
  view.setUint32(cookieAt, cookie);
  let at = optionsAt as number;
  for (const [code, value] of message.options) at = writeOption(bytes, at, code, value);
  bytes[at] = end;
  return bytes;
}

/** The size of a message with these options before it is padded, in bytes of UDP payload. */
export function packetBytes(options: ReadonlyMap<number, Uint8Array>): number {
  let size = optionsAt + 1;
  for (const [code, value] of options) size += optionBytes(code, value);
  return size;
}

/** What one option takes in a packet. */
export function optionBytes(code: number, value: Uint8Array): number {
  return value.length + 2 * partsOf(value) + (code === option.bootFileName ? 1 : 0);
}

function partsOf(value: Uint8Array): number {
  return Math.max(1, Math.ceil(value.length / 255));
}

function writeOption(bytes: Uint8Array, start: number, code: number, value: Uint8Array): number {
  let at = start;
  for (let part = 0; part < partsOf(value); part++) {
    const piece = value.subarray(part * 255, (part + 1) * 255);
    bytes.set([code, piece.length], at);
    bytes.set(piece, at + 2);
    at += 2 + piece.length;
  }
  // Quirk: PXE ROMs of about 2010 read the boot file's name up to a NUL, whatever its length says, and took the byte
  // behind it into the name (netbootxyz/netboot.xyz#1198). We put a pad option there, which is a NUL.
  return code === option.bootFileName ? at + 1 : at;
}

/** A text that does not fit is left out whole: half a file name is another file. */
function writeText(field: Uint8Array, text: string): void {
  if (text.length > field.length) return;
  for (let at = 0; at < text.length; at++) field[at] = text.charCodeAt(at);
}
