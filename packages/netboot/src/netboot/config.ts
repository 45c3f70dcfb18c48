/** A network as an operator describes it, and what that comes to. */
import type { DhcpSettings, Network } from '../decide/network.ts';
import { contains, formatIpv4, isHostAddress, lastOf, parseIpv4, parseSubnet, type Subnet } from '../ipv4.ts';
import { type AddressRange, makePool, type Pool } from '../lease/pool.ts';
import type { EffectiveMode, ModeRequest, ModeSetting } from './mode.ts';

export interface NetworkConfig {
  readonly name: string;
  readonly mode: ModeSetting;
  /** What `auto` does where it is the only server; `refuse` without. */
  readonly alone?: 'dhcp' | 'refuse';
  /** `dhcp` although another server gives addresses. */
  readonly force?: boolean;
  /** `10.77.0.0/24`; without, the subnet of the served interface. Networks behind relays are told by it. */
  readonly subnet?: string;
  readonly ranges?: readonly AddressRange[];
  readonly routers?: readonly string[];
  readonly dnsServers?: readonly string[];
  readonly ntpServers?: readonly string[];
  readonly domainName?: string;
  readonly leaseSeconds?: number;
  readonly firmwareLeaseSeconds?: number;
  readonly authority?: DhcpSettings['authority'];
  /** How much of the pool machines may hold that no group matches, from 0 to 1. */
  readonly unknownShare?: number;
  readonly answerTo?: 'known' | 'all';
  /** MAC addresses, and makers by their first three bytes, that are never answered. */
  readonly denied?: readonly string[];
  /** Addresses of the relays that this network is behind, where they are not in its subnet. */
  readonly relays?: readonly string[];
  /** Architecture → file. */
  readonly loaders?: ReadonlyMap<number, string>;
  /** What iPXE is sent to; without, `http://<our address>:<port>/boot.ipxe`. */
  readonly scriptUrl?: string;
  /** Under which UEFI HTTP boot finds loaders; without, `http://<our address>:<port>/netboot/`. */
  readonly loaderBaseUrl?: string;
}

/** What a network is served by. */
export interface ServedBy {
  /** Our address on the interface. */
  readonly address: string;
  readonly subnet: Subnet;
  /** Where the web server listens, for the URLs that have no other. */
  readonly httpPort: number;
}

/** `no_lease_file`: it gives addresses, and whoever serves it has named no file for its leases. */
export type NetworkConfigErrorCode = 'network_config' | 'no_lease_file';

/** A description that cannot be served; the message names the field, what it has and what is wanted. */
export class NetworkConfigError extends Error {
  readonly code: NetworkConfigErrorCode;
  readonly field: keyof NetworkConfig;

  constructor(field: keyof NetworkConfig, message: string, code: NetworkConfigErrorCode = 'network_config') {
    super(message);
    this.name = 'NetworkConfigError';
    this.code = code;
    this.field = field;
  }
}

const [defaultLeaseSeconds, defaultFirmwareLeaseSeconds, leastLeaseSeconds] = [3600, 600, 60] as const;

export interface ResolvedNetwork {
  readonly config: NetworkConfig;
  readonly modeRequest: ModeRequest;
  readonly subnet: Subnet;
  /** Set when there are ranges. */
  readonly pool: Pool | undefined;
  /** The network in a mode. */
  inMode(mode: EffectiveMode): Network;
}

/** @throws NetworkConfigError */
export function resolveNetwork(config: NetworkConfig, served: ServedBy): ResolvedNetwork {
  const subnet = config.subnet === undefined ? served.subnet : parseSubnet(config.subnet);
  if (subnet === undefined)
    throw new NetworkConfigError('subnet', `subnet ${config.subnet} is none; wanted for example 10.77.0.0/24`);
  const ranges = config.ranges ?? [];
  const hasRange = ranges.length > 0;
  if (config.mode === 'dhcp' && !hasRange) {
    throw new NetworkConfigError(
      'ranges',
      'mode dhcp needs a range of addresses to give, for example 10.77.0.100-10.77.0.200',
    );
  }
  if (config.alone === 'dhcp' && !hasRange) {
    throw new NetworkConfigError('ranges', 'giving addresses where no other server does needs a range of them');
  }
  for (const field of addressLists) checkAddresses(field, config[field] ?? []);
  const base = `http://${served.address}:${served.httpPort}/`;
  const dhcp = hasRange ? dhcpSettings(config, subnet, ranges) : undefined;
  const pool = hasRange ? poolOf(config, served.address, subnet, ranges) : undefined;
  return {
    config,
    modeRequest: { setting: config.mode, alone: config.alone ?? 'refuse', hasRange, force: config.force ?? false },
    subnet,
    pool,
    inMode: ({ mode, dryRun }) => ({
      name: config.name,
      mode,
      dryRun,
      serverAddress: served.address,
      scriptUrl: config.scriptUrl ?? `${base}boot.ipxe`,
      loaderBaseUrl: config.loaderBaseUrl ?? `${base}netboot/`,
      loaders: config.loaders ?? new Map(),
      answerTo: config.answerTo ?? 'known',
      ...(config.denied !== undefined && { denied: new Set(config.denied) }),
      ...(dhcp !== undefined && { dhcp }),
    }),
  };
}

const addressLists = ['routers', 'dnsServers', 'ntpServers', 'relays'] as const;

function checkAddresses(field: (typeof addressLists)[number], addresses: readonly string[]): void {
  for (const address of addresses) {
    if (!isHostAddress(parseIpv4(address) ?? 0))
      throw new NetworkConfigError(field, `${field}: ${address} is no IPv4 address of a host`);
  }
}

function dhcpSettings(config: NetworkConfig, subnet: Subnet, ranges: readonly AddressRange[]): DhcpSettings {
  const leaseSeconds = config.leaseSeconds ?? defaultLeaseSeconds;
  const firmwareLeaseSeconds = config.firmwareLeaseSeconds ?? Math.min(leaseSeconds, defaultFirmwareLeaseSeconds);
  for (const [field, seconds] of Object.entries({ leaseSeconds, firmwareLeaseSeconds })) {
    if (!Number.isInteger(seconds) || seconds < leastLeaseSeconds || seconds > 0xffffffff) {
      throw new NetworkConfigError(
        field as 'leaseSeconds',
        `${field} is ${seconds}; wanted whole seconds, ${leastLeaseSeconds} at least`,
      );
    }
  }
  return {
    subnet,
    ranges,
    routers: config.routers ?? [],
    dnsServers: config.dnsServers ?? [],
    ntpServers: config.ntpServers ?? [],
    domainName: config.domainName ?? '',
    leaseSeconds,
    firmwareLeaseSeconds,
    // Beside another server a NAK would take its machines' addresses away.
    authority: config.authority ?? (config.force ? 'none' : 'network'),
  };
}

function poolOf(config: NetworkConfig, address: string, subnet: Subnet, ranges: readonly AddressRange[]): Pool {
  try {
    const { routers = [], dnsServers = [], relays = [] } = config;
    const pool = makePool(subnet, ranges, new Set([address, ...routers, ...dnsServers, ...relays]));
    if (pool.size === 0) throw new RangeError('the ranges have no address that could be given');
    return pool;
  } catch (error) {
    if (error instanceof RangeError) throw new NetworkConfigError('ranges', error.message);
    throw error;
  }
}

/** The network of a relay, or of the interface that a packet came by. */
export function selectNetwork<
  T extends { readonly subnet: Subnet; readonly network: Network; readonly relays: readonly string[] },
>(networks: readonly T[], relay: string | undefined, receivedOn: string | undefined): T | undefined {
  if (relay !== undefined) {
    const number = parseIpv4(relay)!;
    const own =
      networks.find(({ relays }) => relays.includes(relay)) ?? networks.find(({ subnet }) => contains(subnet, number));
    // A proxy gives no addresses, so it needs to know nothing of the network behind a relay.
    return own ?? networks.find(({ network, relays }) => network.mode === 'proxy' && relays.length === 0);
  }
  const local = networks.filter(
    ({ subnet, network, relays }) => relays.length === 0 && contains(subnet, parseIpv4(network.serverAddress)!),
  );
  return receivedOn === undefined
    ? local[0]
    : (local.find(({ network }) => network.serverAddress === receivedOn) ?? local[0]);
}

/** `10.77.0.0/24 (10.77.0.0 to 10.77.0.255)`, for messages. */
export function describeSubnet(subnet: Subnet): string {
  return `${formatIpv4(subnet.base)}/${subnet.prefixLength} (${formatIpv4(subnet.base)} to ${formatIpv4(lastOf(subnet))})`;
}

/** The files that networks name for some firmware, and `more`. */
export function loaderNames(networks: readonly NetworkConfig[], more: (() => readonly string[]) | undefined) {
  return [...(more?.() ?? []), ...networks.flatMap(({ loaders }) => [...(loaders?.values() ?? [])])];
}
