/** What a DHCP server does with each message (RFC 2131 4.3). */
import { type DhcpMessage, messageTypeOf, readAddress, readText } from '../dhcp/message.ts';
import { option } from '../dhcp/option.ts';
import { contains, noAddress, parseIpv4 } from '../ipv4.ts';
import type { Lease } from '../lease/lease.ts';
import type { DhcpSettings } from './network.ts';
import type { Query, Verdict } from './query.ts';
import { makeNak, makeReply } from './reply.ts';
import { type Rule, rules } from './rule.ts';

type DhcpQuery = Query & { readonly dhcp: DhcpSettings; readonly known: boolean };

export function decideDhcp(query: Query, nowMs: number): Verdict {
  const { network, machine, client, lookups, message } = query;
  const { dhcp } = network;
  if (dhcp === undefined) return { rule: 'no_network' };
  // Its system does not send the UUID that a group may know it by; the lease that its firmware got tells that it is known.
  const known = machine.known || (lookups.leases.leaseOf(client.mac)?.known ?? false);
  const dhcpQuery = { ...query, dhcp, known };
  switch (messageTypeOf(message)) {
    case 'DISCOVER':
      return known || network.answerTo === 'all' ? discover(dhcpQuery, nowMs) : { rule: 'unknown_machine' };
    case 'REQUEST':
      return known || network.answerTo === 'all' ? request(dhcpQuery, nowMs) : { rule: 'unknown_machine' };
    case 'INFORM':
      return known || network.answerTo === 'all' ? inform(dhcpQuery) : { rule: 'unknown_machine' };
    case 'RELEASE':
      return release(dhcpQuery, nowMs);
    default:
      return decline(dhcpQuery, nowMs);
  }
}

function discover(query: DhcpQuery, nowMs: number): Verdict {
  const { client, known, lookups, message, machine, dhcp } = query;
  const reservation = machine.address !== undefined && isInside(dhcp, machine.address) ? machine.address : undefined;
  const requested = readAddress(message, option.requestedAddress);
  const plan = lookups.leases.planOffer({ mac: client.mac, known, reservation, requested }, nowMs);
  if (plan.fault !== undefined) return { rule: plan.fault };
  const { address } = plan;
  if (lookups.mayOffer?.(client.mac) === false) return { rule: 'leases_away' };
  return {
    rule: 'offer',
    reply: makeReply({ ...query, type: 'OFFER', settings: settingsFor(query, address) }, query.ports),
    lease: { kind: 'offer', mac: client.mac, address, known },
  };
}

/** RFC 2131 4.3.2: which of its three meanings a REQUEST has is told by what it names. */
function request(query: DhcpQuery, nowMs: number): Verdict {
  const { message, network, client } = query;
  const server = readAddress(message, option.serverIdentifier);
  const requested = readAddress(message, option.requestedAddress);
  if (message.options.has(option.serverIdentifier)) {
    if (server !== network.serverAddress) {
      return { rule: 'other_server', lease: { kind: 'forget_offer', mac: client.mac } };
    }
    return select(query, requested ?? message.clientAddress, nowMs);
  }
  if (message.clientAddress !== noAddress) return comeBack(query, message.clientAddress, 'renewed', nowMs);
  return requested === undefined ? { rule: 'bad_request' } : comeBack(query, requested, 'rebooted', nowMs);
}

/** The machine took our offer. Addresses that it was not offered are given only if they are its own. */
function select(query: DhcpQuery, address: string, nowMs: number): Verdict {
  const { client, machine, lookups, dhcp } = query;
  if (address === noAddress) return { rule: 'bad_request' };
  if (!isInside(dhcp, address)) return nak(query, 'wrong_network');
  const { leases } = lookups;
  if ((leases.holderOf(address, nowMs) ?? client.mac) !== client.mac) return nak(query, 'leased_to_other');
  const own = [leases.offeredTo(client.mac, nowMs), leases.leaseOf(client.mac)?.address, machine.address];
  return own.includes(address) ? bind(query, address, 'selected', nowMs) : nak(query, 'not_offered');
}

/** INIT-REBOOT, RENEWING and REBINDING: the machine has an address, and wants to keep it. */
function comeBack(query: DhcpQuery, address: string, rule: 'renewed' | 'rebooted', nowMs: number): Verdict {
  const { client, machine, lookups, dhcp } = query;
  const { authority } = dhcp;
  const silent: Verdict = { rule: 'lease_unknown' };
  if (!isInside(dhcp, address)) return authority === 'none' ? silent : nak(query, 'wrong_network');
  const { leases } = lookups;
  if ((leases.holderOf(address, nowMs) ?? client.mac) !== client.mac) {
    return authority === 'none' ? silent : nak(query, 'leased_to_other');
  }
  const own = leases.leaseOf(client.mac)?.address;
  if (own === address || machine.address === address) return bind(query, address, rule, nowMs);
  if (own !== undefined && authority !== 'none') return nak(query, 'not_offered');
  return authority === 'full' ? nak(query, 'no_lease') : silent;
}

function bind(query: DhcpQuery, address: string, rule: 'selected' | 'renewed' | 'rebooted', nowMs: number): Verdict {
  const { client, known, message } = query;
  const settings = settingsFor(query, address);
  const identifier = message.options.get(option.clientIdentifier);
  const hostName = readText(message, option.hostName)?.slice(0, 255);
  const lease: Lease = {
    mac: client.mac,
    address,
    known,
    seconds: settings.leaseSeconds,
    expiresAtMs: nowMs + settings.leaseSeconds * 1000,
    ...(identifier !== undefined && { clientIdentifier: hexadecimal(identifier.subarray(0, 255)) }),
    ...(hostName !== undefined && { hostName }),
  };
  return {
    rule,
    reply: makeReply({ ...query, type: 'ACK', settings }, query.ports),
    lease: { kind: 'bind', lease },
  };
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** No lease, and no boot file for who has not said that it boots. The address must be one that we can know of. */
function inform(query: DhcpQuery): Verdict {
  const { message, machine, dhcp } = query;
  if (!isInside(dhcp, message.clientAddress)) return { rule: 'bad_request' };
  const settings = { yourAddress: noAddress, leaseSeconds: undefined, hostName: machine.hostName };
  return { rule: 'informed', reply: makeReply({ ...query, type: 'ACK', settings }, query.ports) };
}

function release(query: DhcpQuery, nowMs: number): Verdict {
  const { message, client, lookups } = query;
  if (!isForUs(query)) return { rule: 'other_server' };
  const lease = lookups.leases.leaseOf(client.mac);
  const own = lease?.address === message.clientAddress && lease.expiresAtMs > nowMs;
  return own ? { rule: 'released', lease: { kind: 'release', mac: client.mac } } : { rule: 'not_its_lease' };
}

function decline(query: DhcpQuery, nowMs: number): Verdict {
  const { message, client, lookups } = query;
  if (!isForUs(query)) return { rule: 'other_server' };
  const address = readAddress(message, option.requestedAddress);
  const { leases } = lookups;
  const own = [leases.offeredTo(client.mac, nowMs), leases.leaseOf(client.mac)?.address];
  if (address === undefined || !own.includes(address)) return { rule: 'not_its_lease' };
  return { rule: 'declined', lease: { kind: 'decline', mac: client.mac, address } };
}

/** RELEASE and DECLINE must say which server they mean (RFC 2131 table 5). */
function isForUs({ message, network }: { message: DhcpMessage; network: Query['network'] }): boolean {
  return readAddress(message, option.serverIdentifier) === network.serverAddress;
}

function nak(query: DhcpQuery, rule: Rule): Verdict {
  return { rule, reply: makeNak(query.message, query.network.serverAddress, rules[rule].because, query.ports) };
}

function settingsFor({ client, dhcp, machine }: DhcpQuery, yourAddress: string) {
  const leaseSeconds = client.boots === 'none' ? dhcp.leaseSeconds : dhcp.firmwareLeaseSeconds;
  return { yourAddress, leaseSeconds, hostName: machine.hostName };
}

function isInside({ subnet }: DhcpSettings, address: string): boolean {
  const number = parseIpv4(address);
  return number !== undefined && number !== 0 && contains(subnet, number);
}
