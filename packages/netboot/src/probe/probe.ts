/** Looking for other DHCP and proxyDHCP servers: what is asked, and what an answer tells. */

import { printable } from '../client.ts';
import {
  broadcastFlag,
  type DhcpMessage,
  messageTypeOf,
  readAddress,
  readNumber,
  readText,
  textAsBytes,
} from '../dhcp/message.ts';
import { option } from '../dhcp/option.ts';
import { noAddress } from '../ipv4.ts';
import { formatMac } from '../mac.ts';

/** A server that answered, and what decides whether it stands in our way. */
export interface ServerSeen {
  readonly serverIdentifier: string;
  /** The address that it offered; undefined for a proxy. */
  readonly offeredAddress?: string;
  readonly leaseSeconds?: number;
  readonly nextServer?: string;
  /** The boot file that it names, in the field or in option 67. */
  readonly bootFile?: string;
  /** Option 60: with `PXEClient` and without 43, firmware asks this server's port 4011 and not ours. */
  readonly vendorClass?: string;
  readonly hasVendorSpecific: boolean;
}

/** @param random six bytes; the address is made a local one that no card has */
export function probeMac(random: Uint8Array): string {
  const bytes = random.slice(0, 6);
  bytes[0] = (bytes[0]! & 0xfc) | 0x02;
  return formatMac(bytes);
}

/** A DISCOVER that asks as a BIOS or UEFI machine would, and wants its answer broadcast. */
export function probeMessage(
  mac: string,
  transactionId: number,
  architecture: number,
  relayAddress = noAddress,
): DhcpMessage {
  const hardwareField = new Uint8Array(16);
  hardwareField.set(mac.split(':').map((pair) => Number.parseInt(pair, 16)));
  const digits = String(architecture).padStart(5, '0');
  return {
    operation: 1,
    hardwareType: 1,
    hardwareLength: 6,
    hops: 0,
    transactionId,
    seconds: 4,
    flags: broadcastFlag,
    clientAddress: noAddress,
    yourAddress: noAddress,
    nextServer: noAddress,
    relayAddress,
    hardwareField,
    serverName: '',
    file: '',
    options: new Map([
      [option.messageType, Uint8Array.of(1)],
      [option.parameterList, Uint8Array.of(1, 3, 43, 51, 54, 60, 66, 67)],
      [option.vendorClass, textAsBytes(`PXEClient:Arch:${digits}:UNDI:003000`)],
      [option.architecture, Uint8Array.of(architecture >> 8, architecture & 255)],
      [option.networkInterface, Uint8Array.of(1, 3, 0)],
    ]),
  };
}

/** What an answer to the probe tells; undefined when it is none. */
export function readProbeAnswer(message: DhcpMessage, transactionId: number): ServerSeen | undefined {
  if (message.operation !== 2 || message.transactionId !== transactionId || messageTypeOf(message) !== 'OFFER')
    return undefined;
  const serverIdentifier = readAddress(message, option.serverIdentifier);
  if (serverIdentifier === undefined) return undefined;
  const leaseSeconds = readNumber(message, option.leaseSeconds, 4);
  const bootFile = message.file || readText(message, option.bootFileName);
  const vendorClass = readText(message, option.vendorClass);
  return {
    serverIdentifier,
    ...(message.yourAddress !== noAddress && { offeredAddress: message.yourAddress }),
    ...(leaseSeconds !== undefined && { leaseSeconds }),
    ...(message.nextServer !== noAddress && { nextServer: message.nextServer }),
    ...(bootFile && { bootFile: printable(bootFile) }),
    ...(vendorClass !== undefined && { vendorClass: printable(vendorClass) }),
    hasVendorSpecific: message.options.has(option.vendorSpecific),
  };
}

/** One for each server, an offer of an address before a proxy's. */
export function mergeServers(servers: readonly ServerSeen[]): readonly ServerSeen[] {
  const byIdentifier = new Map<string, ServerSeen>();
  for (const server of servers) {
    const known = byIdentifier.get(server.serverIdentifier);
    if (known?.offeredAddress === undefined) byIdentifier.set(server.serverIdentifier, { ...known, ...server });
  }
  return [...byIdentifier.values()];
}

/** What it means for machines that boot, in words. */
export function describeServer(server: ServerSeen): string {
  const { serverIdentifier, offeredAddress, bootFile, vendorClass, hasVendorSpecific } = server;
  const kind = offeredAddress === undefined ? 'a proxyDHCP server' : 'a DHCP server';
  const facts = [
    ...(offeredAddress === undefined ? [] : [`it offers ${offeredAddress}`]),
    ...(bootFile === undefined ? [] : [`it names the boot file ${bootFile}, which some firmware takes before ours`]),
    ...(vendorClass === 'PXEClient' && !hasVendorSpecific
      ? ['it says PXEClient without option 43, so that UEFI asks its port 4011 and not ours']
      : []),
  ];
  return `${kind} at ${serverIdentifier}${facts.length > 0 ? `: ${facts.join('; ')}` : ''}`;
}
