/** A network, its lookups and packets for the tests of decisions. */
import type { DhcpMessage } from '../dhcp/message.ts';
import type { MessageType } from '../dhcp/option.ts';
import { decodePacket, encodePacket } from '../dhcp/packet.ts';
import { type Options, sampleMessage } from '../dhcp/sample.contract.ts';
import { parseSubnet } from '../ipv4.ts';
import { makePool } from '../lease/pool.ts';
import { LeaseTable } from '../lease/table.ts';
import { decide, type Packet, type Situation } from './decide.ts';
import type { Decision } from './decision.ts';
import type { DhcpSettings, Lookups, Machine, Network } from './network.ts';

export const nowMs = 1_800_000_000_000;
export const subnet = parseSubnet('10.77.0.0/24')!;

export const proxyNetwork: Network = {
  name: 'rack',
  mode: 'proxy',
  dryRun: false,
  serverAddress: '10.77.0.1',
  scriptUrl: 'http://10.77.0.1:8080/boot.ipxe',
  loaderBaseUrl: 'http://10.77.0.1:8080/netboot/',
  loaders: new Map(),
  answerTo: 'known',
};

export const dhcpSettings: DhcpSettings = {
  subnet,
  ranges: [{ first: '10.77.0.100', last: '10.77.0.102' }],
  routers: ['10.77.0.254'],
  dnsServers: ['10.77.0.2', '10.77.0.3'],
  ntpServers: ['10.77.0.4'],
  domainName: 'example.com',
  leaseSeconds: 3600,
  firmwareLeaseSeconds: 600,
  authority: 'network',
};

export const dhcpNetwork: Network = { ...proxyNetwork, mode: 'dhcp', dhcp: dhcpSettings };

/** A pool of three addresses; nothing leased. */
export function sampleLeases(ranges = dhcpSettings.ranges): LeaseTable {
  return new LeaseTable({ pool: makePool(subnet, ranges, new Set()), unknownShare: 1 });
}

const loaders = new Map([
  [0, 'undionly.kpxe'],
  [7, 'ipxe.efi'],
  [9, 'ipxe.efi'],
  [16, 'ipxe.efi'],
  [11, 'ipxe-arm64.efi'],
]);

export interface Given {
  readonly network?: Network;
  readonly machine?: Partial<Machine>;
  readonly lookups?: Partial<Lookups>;
  readonly leases?: LeaseTable;
}

export function sampleSituation({
  network = proxyNetwork,
  machine = {},
  lookups = {},
  leases = sampleLeases(),
}: Given = {}): Situation {
  return {
    network: () => network,
    isOurs: (address) => address === network.serverAddress,
    ports: { client: 68, relay: 67 },
    lookups: () => ({
      machine: () => ({ known: true, ...machine }),
      loaderFor: (architecture) => loaders.get(architecture),
      hasFile: (name) => [...loaders.values(), 'shim.efi', 'a b#$.efi'].includes(name),
      handsToDisk: (name) => name !== 'ipxe.efi',
      bootsFromDisk: () => false,
      leases,
      allowance: () => 'free',
      isOwnProbe: () => false,
      ...lookups,
    }),
  };
}

export type Sent = Partial<Omit<DhcpMessage, 'options'>> & { readonly mac?: string } & Partial<
    Pick<Packet, 'source' | 'port'>
  >;

/** A packet from a machine without an address, to port 67, unless `sent` says otherwise. */
export function packetOf(type: MessageType, options: Options | [number, Uint8Array][], sent: Sent = {}): Packet {
  const { source = { address: '0.0.0.0', port: 68 }, port = 'dhcp', ...fields } = sent;
  return { bytes: encodePacket(sampleMessage(type, options, fields)), source, port };
}

/** Decides, and reads the answer back from its bytes. */
export function decideSample(
  packet: Packet,
  given: Given = {},
): Decision & { readonly answer: DhcpMessage | undefined } {
  const decision = decide(packet, sampleSituation(given), nowMs);
  const { reply } = decision;
  return { ...decision, answer: reply && decodePacket(encodePacket(reply.message)).message };
}

/** The options of a message as code → bytes, for comparing. */
export function optionsOf(message: DhcpMessage | undefined): [number, number[]][] {
  return [...(message?.options ?? [])].map(([code, value]) => [code, [...value]]);
}
