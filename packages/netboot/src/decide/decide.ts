/** The decision about one packet: who sent it, what is done, and why. Nothing is sent, kept or changed here. */
import { describeClient, describeEvidence } from '../client.ts';
import { type DhcpMessage, messageTypeOf, readAddress } from '../dhcp/message.ts';
import { option } from '../dhcp/option.ts';
import { decodePacket } from '../dhcp/packet.ts';
import { decodeSubOptions } from '../dhcp/sub-option.ts';
import { isHostAddress, noAddress, parseIpv4 } from '../ipv4.ts';
import { chooseBoot } from './boot.ts';
import type { Decision, Endpoint, ServerPort } from './decision.ts';
import { decideDhcp } from './dhcp.ts';
import type { Lookups, Network } from './network.ts';
import type { Query, Verdict } from './query.ts';
import { makeReply, type ReplyPorts } from './reply.ts';
import { outcomeOf, type Rule } from './rule.ts';
import { screen } from './screen.ts';

export interface Packet {
  readonly bytes: Uint8Array;
  readonly source: Endpoint;
  readonly port: ServerPort;
  /** Our address on the interface that it came by, where that is known. */
  readonly receivedOn?: string;
}

/** What every packet is decided by. */
export interface Situation {
  /** The network for a relay's address; without one, the network of the interface that a packet came by. */
  network(relay: string | undefined, receivedOn: string | undefined): Network | undefined;
  /** Whether an address is one of this host's. */
  isOurs(address: string): boolean;
  readonly ports: ReplyPorts;
  /** Of the network that was chosen. */
  lookups(network: Network): Lookups;
}

/** @param nowMs the lease clock's time */
export function decide(packet: Packet, situation: Situation, nowMs: number): Decision {
  const { source, port } = packet;
  const base = { network: '', mode: 'off', dryRun: false, source, port } as const;
  const { message, fault } = decodePacket(packet.bytes);
  if (message === undefined) return { ...base, rule: fault, outcome: outcomeOf(fault) };
  const known = { ...base, ...describeMessage(message) };
  const dropped = screen(message, port, source, situation.isOurs);
  if (dropped !== undefined) return { ...known, rule: dropped, outcome: outcomeOf(dropped) };
  const network = situation.network(relayedFrom(message), packet.receivedOn);
  if (network === undefined) return { ...known, rule: 'no_network', outcome: outcomeOf('no_network') };
  const client = describeClient(message);
  const lookups = situation.lookups(network);
  const machine = lookups.machine(client);
  const boot = chooseBoot(client, machine, network, lookups);
  const query = { message, client, machine, boot, network, lookups, port, source, ports: situation.ports };
  const verdict = judge(query, nowMs);
  const { name, mode, dryRun } = network;
  const about = { client, evidence: describeEvidence(client, message), boot, network: name, mode, dryRun };
  return { ...known, ...about, ...verdict, outcome: outcomeOf(verdict.rule) };
}

/**
 * The relay's address, by which the machine's network is told; or the link that the relay names where its own address is of
 * another network (RFC 3527: option 82, sub-option 5).
 */
function relayedFrom({ relayAddress, options }: DhcpMessage): string | undefined {
  if (relayAddress === noAddress) return undefined;
  const subOptions = decodeSubOptions(options.get(option.relayAgent) ?? new Uint8Array(), false);
  const link = subOptions.find(({ code, value }) => code === linkSelection && value.length === 4);
  const named = link === undefined ? relayAddress : [...link.value].join('.');
  return isHostAddress(parseIpv4(named)!) ? named : relayAddress;
}

/** Of a relay that is answered at an address of another network than the machine's. */
const linkSelection = 5;

function isDenied({ denied }: Network, mac: string): boolean {
  return denied !== undefined && (denied.has(mac) || denied.has(mac.slice(0, makerLength)));
}

/** `b8:27:eb` */
const makerLength = 8;

function describeMessage(message: DhcpMessage) {
  const type = messageTypeOf(message);
  const { transactionId, seconds, relayAddress, clientAddress } = message;
  const asked = type === 'REQUEST' ? readAddress(message, option.requestedAddress) : undefined;
  const address = clientAddress === noAddress ? asked : clientAddress;
  return {
    ...(type !== undefined && { type }),
    transactionId,
    secondsElapsed: seconds,
    ...(relayAddress !== noAddress && { relay: relayAddress }),
    ...(address !== undefined && isHostAddress(parseIpv4(address) ?? 0) && { address }),
  };
}

function judge(query: Query, nowMs: number): Verdict {
  const { client, network, machine, lookups } = query;
  if (network.mode === 'off') return { rule: 'mode_off' };
  if (lookups.isOwnProbe(client.mac)) return { rule: 'own_probe' };
  if (machine.denied || isDenied(network, client.mac)) return { rule: 'denied' };
  if (client.vendorClass.startsWith('AAPLBSDPC')) return { rule: 'apple' };
  const verdict = query.port === 'boot' ? judgeBootPort(query) : judgeDhcpPort(query, nowMs);
  if (verdict.reply === undefined) return verdict;
  const allowance = lookups.allowance(client.mac);
  if (allowance === 'free') return verdict;
  return { rule: allowance === 'machine' ? 'rate_limited' : 'all_rate_limited' };
}

function judgeDhcpPort(query: Query, nowMs: number): Verdict {
  if (query.network.mode === 'dhcp') return decideDhcp(query, nowMs);
  // A proxy confirms and refuses nothing on this port: that is what breaks networks.
  if (messageTypeOf(query.message) !== 'DISCOVER') return { rule: 'proxy_not_asked' };
  const { boot } = query;
  if (boot.file === undefined) return { rule: boot.rule as Rule };
  return { rule: 'proxy_offer', reply: makeReply({ ...query, type: 'OFFER' }, query.ports) };
}

/** Port 4011: the boot file for a machine that has an address already. */
function judgeBootPort(query: Query): Verdict {
  const { message, network, boot } = query;
  if (messageTypeOf(message) !== 'REQUEST') return { rule: 'not_for_boot_port' };
  const server = readAddress(message, option.serverIdentifier);
  if (server !== undefined && server !== network.serverAddress) return { rule: 'other_server' };
  if (boot.file === undefined) return { rule: boot.rule as Rule };
  return { rule: 'boot_file', reply: makeReply({ ...query, type: 'ACK' }, query.ports) };
}
