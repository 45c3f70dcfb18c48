/** IPv4 addresses and subnets: text for people and messages, numbers for arithmetic. */

/** `0.0.0.0`: in a message, no address. */
export const noAddress = '0.0.0.0';
export const broadcastAddress = '255.255.255.255';

export interface Subnet {
  /** The lowest address, as a number. */
  readonly base: number;
  /** 0 to 32. */
  readonly prefixLength: number;
}

/** Reads a dotted quad without leading zeros into an unsigned 32-bit number, or answers undefined. */
export function parseIpv4(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  let value = 0;
  for (const part of match.slice(1)) {
    if (Number(part) > 255 || (part.length > 1 && part.startsWith('0'))) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

/** @param address an unsigned 32-bit number */
export function formatIpv4(address: number): string {
  return `${(address >>> 24) & 255}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** Reads `10.77.0.0/24`. Bits beyond the prefix are cleared, so an interface's `10.77.0.1/24` will do. */
export function parseSubnet(text: string): Subnet | undefined {
  const [address = '', length = '', ...rest] = text.split('/');
  const value = parseIpv4(address);
  const prefixLength = /^\d{1,2}$/.test(length) ? Number(length) : 33;
  if (value === undefined || prefixLength > 32 || rest.length > 0) return undefined;
  return { base: (value & maskOf(prefixLength)) >>> 0, prefixLength };
}

export function formatSubnet({ base, prefixLength }: Subnet): string {
  return `${formatIpv4(base)}/${prefixLength}`;
}

/** The subnet mask as a number. */
export function maskOf(prefixLength: number): number {
  return prefixLength === 0 ? 0 : (0xffffffff << (32 - prefixLength)) >>> 0;
}

/** The highest address: the subnet's broadcast address. */
export function lastOf({ base, prefixLength }: Subnet): number {
  return (base | ~maskOf(prefixLength)) >>> 0;
}

export function contains(subnet: Subnet, address: number): boolean {
  return (address & maskOf(subnet.prefixLength)) >>> 0 === subnet.base;
}

/** Whether one machine can have this address: not 0.0.0.0/8, loopback, multicast, reserved or broadcast. */
export function isHostAddress(address: number): boolean {
  const first = address >>> 24;
  return first !== 0 && first !== 127 && first < 224;
}
