/** The bytes' worth of an answer: which fields and options it has, in which order, within which size (RFC 2131 table 3). */
import type { Client } from '../client.ts';
import { broadcastFlag, type DhcpMessage, textAsBytes } from '../dhcp/message.ts';
import { messageTypes, option } from '../dhcp/option.ts';
import { optionBytes, packetBytes } from '../dhcp/packet.ts';
import { decodeSubOptions, encodeSubOptions } from '../dhcp/sub-option.ts';
import { broadcastAddress, formatIpv4, lastOf, maskOf, noAddress, parseIpv4 } from '../ipv4.ts';
import type { BootChoice, Endpoint, Reply, ServerPort } from './decision.ts';
import type { Network } from './network.ts';
import { maxReplyBytes } from './screen.ts';

export interface ReplyRequest {
  readonly message: DhcpMessage;
  readonly client: Client;
  readonly network: Network;
  readonly port: ServerPort;
  readonly source: Endpoint;
  readonly type: 'OFFER' | 'ACK';
  readonly boot: BootChoice;
  /** Set when the answer is a DHCP server's; a proxy's has nothing of these. */
  readonly settings?: {
    /** `0.0.0.0` in the answer to INFORM. */
    readonly yourAddress: string;
    /** undefined in the answer to INFORM. */
    readonly leaseSeconds: number | undefined;
    readonly hostName: string | undefined;
  };
}

/** Where answers on port 67 go: 68 and 67 outside of tests. */
export interface ReplyPorts {
  readonly client: number;
  readonly relay: number;
}

type Value = readonly [code: number, value: Uint8Array];

/** The longest text that the field takes with the NUL behind it. */
const maxFileLength = 127;
/** Sent when a message has no list of what it wants. */
const essentials = [option.router, option.dnsServer, option.domainName, option.renewalSeconds, option.rebindingSeconds];
/** Of PXE 2.1, inside option 43. */
const [discoveryControl, bootItem] = [6, 71] as const;
/** Take the boot file of this very offer. */
const bootFromThisOffer = 8;
/** iPXE's own, inside option 175: do not wait for a proxy (`DHCP_EB_NO_PXEDHCP`). */
const ipxeNoProxy = 176;

export function makeReply(request: ReplyRequest, ports: ReplyPorts): Reply {
  const { message, network, type, boot, settings, port } = request;
  const proxyOffer = type === 'OFFER' && settings === undefined;
  const answer: DhcpMessage = {
    ...answerHeader(message),
    flags: proxyOffer ? message.flags | broadcastFlag : message.flags,
    clientAddress: type === 'OFFER' ? noAddress : message.clientAddress,
    yourAddress: settings?.yourAddress ?? noAddress,
    nextServer: boot.file === undefined ? noAddress : network.serverAddress,
    file: boot.file !== undefined && boot.file.length <= maxFileLength ? boot.file : '',
    options: replyOptions(request),
  };
  return { type, message: answer, to: destinationOf(request, ports), from: port };
}

/** The same answer for a shorter lease. */
export function shortened(reply: Reply, leaseSeconds: number): Reply {
  const options = new Map(reply.message.options);
  for (const [code, value] of leaseTimes(leaseSeconds)) if (options.has(code)) options.set(code, value);
  return { ...reply, message: { ...reply.message, options } };
}

function leaseTimes(seconds: number): Value[] {
  return [[option.leaseSeconds, secondsBytes(seconds)], ...renewalTimes(seconds)];
}

function renewalTimes(seconds: number): Value[] {
  return [
    [option.renewalSeconds, secondsBytes(Math.floor(seconds / 2))],
    [option.rebindingSeconds, secondsBytes(Math.floor((seconds * 7) / 8))],
  ];
}

/** A NAK has nothing but the reason, and is broadcast (RFC 2131 4.3.2). */
export function makeNak(message: DhcpMessage, serverAddress: string, reason: string, ports: ReplyPorts): Reply {
  const relayed = message.relayAddress !== noAddress;
  const options: Value[] = [
    [option.messageType, Uint8Array.of(messageTypes.indexOf('NAK'))],
    [option.serverIdentifier, addressBytes([serverAddress])],
    [option.message, textAsBytes(reason.replaceAll('’', "'"))],
    ...echoed(message, [option.relayAgent]),
  ];
  return {
    type: 'NAK',
    message: {
      ...answerHeader(message),
      // The client cannot have an address now, so its relay has to broadcast.
      flags: relayed ? message.flags | broadcastFlag : message.flags,
      options: new Map(options),
    },
    to: relayed
      ? { address: message.relayAddress, port: ports.relay }
      : { address: broadcastAddress, port: ports.client },
    from: 'dhcp',
  };
}

function answerHeader(message: DhcpMessage): DhcpMessage {
  return {
    ...message,
    operation: 2,
    hops: 0,
    seconds: 0,
    clientAddress: noAddress,
    yourAddress: noAddress,
    nextServer: noAddress,
    serverName: '',
    file: '',
  };
}

/**
 * A client without an address is sent a broadcast: a unicast to it would need an entry in the neighbour table, which a
 * program without privileges cannot make (RFC 2131 4.1 allows it).
 */
function destinationOf({ message, source, type, port }: ReplyRequest, ports: ReplyPorts): Endpoint {
  if (port === 'boot') return source;
  if (message.relayAddress !== noAddress) return { address: message.relayAddress, port: ports.relay };
  if (message.clientAddress !== noAddress && type === 'ACK')
    return { address: message.clientAddress, port: ports.client };
  return { address: broadcastAddress, port: ports.client };
}

/** 53 and 54, the lease, what was asked for in that order, what is needed unasked; 82 last. */
function replyOptions(request: ReplyRequest): ReadonlyMap<number, Uint8Array> {
  const { message, network, type } = request;
  const wanted = message.options.get(option.parameterList);
  const first: Value[] = [
    [option.messageType, Uint8Array.of(messageTypes.indexOf(type))],
    [option.serverIdentifier, addressBytes([network.serverAddress])],
    ...leaseOptions(request),
  ];
  const needed = neededOptions(request);
  const offered = new Map([...settingOptions(request), ...bootOptions(request), ...needed]);
  const placed = new Map(first);
  for (const code of wanted ?? essentials) {
    const value = offered.get(code);
    if (value !== undefined && !placed.has(code)) placed.set(code, value);
  }
  for (const [code, value] of needed) if (!placed.has(code)) placed.set(code, value);
  const keep = new Set([...first, ...needed].map(([code]) => code));
  const relayed = echoed(message, [option.relayAgent]);
  fit(
    placed,
    keep,
    maxReplyBytes(message) - relayed.reduce((size, [code, value]) => size + optionBytes(code, value), 0),
  );
  return new Map([...placed, ...relayed]);
}

/** Leaves out what does not fit any more; what was asked for first has the first claim. */
function fit(options: Map<number, Uint8Array>, keep: ReadonlySet<number>, maxBytes: number): void {
  let bytes = packetBytes(new Map([...options].filter(([code]) => keep.has(code))));
  for (const [code, value] of options) {
    if (keep.has(code)) continue;
    if (bytes + optionBytes(code, value) > maxBytes) options.delete(code);
    else bytes += optionBytes(code, value);
  }
}

function leaseOptions({ network, settings }: ReplyRequest): Value[] {
  const { dhcp } = network;
  if (settings === undefined || dhcp === undefined) return [];
  const { leaseSeconds } = settings;
  const mask: Value = [option.subnetMask, addressBytes([formatIpv4(maskOf(dhcp.subnet.prefixLength))])];
  return leaseSeconds === undefined ? [mask] : [[option.leaseSeconds, secondsBytes(leaseSeconds)], mask];
}

/** What a DHCP server can tell, as far as it is configured. */
function settingOptions({ network: { dhcp }, settings }: ReplyRequest): Value[] {
  if (settings === undefined || dhcp === undefined) return [];
  const { leaseSeconds, hostName } = settings;
  const lists: Value[] = [
    [option.router, addressBytes(dhcp.routers)],
    [option.dnsServer, addressBytes(dhcp.dnsServers)],
    [option.ntpServer, addressBytes(dhcp.ntpServers)],
    [option.domainName, textAsBytes(dhcp.domainName)],
    [option.hostName, textAsBytes(hostName ?? '')],
    [option.broadcastAddress, addressBytes([formatIpv4(lastOf(dhcp.subnet))])],
  ];
  if (leaseSeconds !== undefined) lists.push(...renewalTimes(leaseSeconds));
  return lists.filter(([, value]) => value.length > 0);
}

/** What is sent only to who asks: the field `file` says the same. */
function bootOptions({ network, boot: { file, rule } }: ReplyRequest): Value[] {
  if (file === undefined) return [];
  const name: Value = [option.bootFileName, textAsBytes(file)];
  return rule === 'http_loader' ? [name] : [[option.tftpServerName, textAsBytes(network.serverAddress)], name];
}

/** What a client needs whether it asks or not. */
function neededOptions(request: ReplyRequest): Value[] {
  const { message, client, boot } = request;
  const options: Value[] = [];
  const vendorClass = vendorClassOf(request);
  if (vendorClass !== undefined) options.push([option.vendorClass, textAsBytes(vendorClass)]);
  if (message.options.get(option.machineIdentifier)?.length === 17) {
    options.push(...echoed(message, [option.machineIdentifier]));
  }
  const vendorSpecific = vendorSpecificOf(request);
  if (vendorSpecific !== undefined) options.push([option.vendorSpecific, vendorSpecific]);
  if (boot.file !== undefined && (boot.rule === 'http_loader' || boot.file.length > maxFileLength)) {
    options.push([option.bootFileName, textAsBytes(boot.file)]);
  }
  if (request.settings !== undefined && boot.file !== undefined && client.boots === 'ipxe') {
    options.push([option.ipxe, Uint8Array.of(ipxeNoProxy, 1, 1)]);
  }
  return [...options, ...echoed(message, [option.clientIdentifier])];
}

/**
 * Quirk: with `PXEClient` and without option 43 EDK2 ignores the file and asks port 4011 (NetworkPkg/UefiPxeBcDxe/PxeBcDhcp4.c), so an answer that
 * gives an address leaves the class out. HTTP boot takes nothing without `HTTPClient`.
 */
function vendorClassOf({ boot, settings }: ReplyRequest): string | undefined {
  if (boot.file === undefined) return undefined;
  if (boot.rule === 'http_loader') return 'HTTPClient';
  return settings === undefined ? 'PXEClient' : undefined;
}

function vendorSpecificOf({ message, client, boot, settings, type }: ReplyRequest): Uint8Array | undefined {
  if (settings !== undefined || boot.file === undefined) return undefined;
  if (type === 'ACK') {
    // What item of a menu the client chose; it compares the answer's (PXE 2.1).
    const sent = decodeSubOptions(message.options.get(option.vendorSpecific) ?? new Uint8Array(), true);
    const item = sent.find(({ code }) => code === bootItem);
    return item && encodeSubOptions([item], true);
  }
  const bios = client.boots === 'pxe' && boot.architecture === 0;
  return bios
    ? encodeSubOptions([{ code: discoveryControl, value: Uint8Array.of(bootFromThisOffer) }], true)
    : undefined;
}

function echoed({ options }: DhcpMessage, codes: readonly number[]): Value[] {
  return codes.flatMap((code) => {
    const value = options.get(code);
    return value === undefined ? [] : [[code, value] as const];
  });
}

function addressBytes(addresses: readonly string[]): Uint8Array {
  return Uint8Array.from(addresses.flatMap((text) => [...secondsBytes(parseIpv4(text) ?? 0)]));
}

/** Four bytes, the highest first. */
function secondsBytes(value: number): Uint8Array {
  return Uint8Array.of((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}
