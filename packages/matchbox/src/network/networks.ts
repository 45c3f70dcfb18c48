/** The networks that a process serves: those of the data directory, and the one that its flags describe. */
import { contains, lastOf, type NetworkConfig, parseIpv4, parseSubnet, type Subnet } from '@matchbox/netboot';
import type { NetworkEntry } from '../data/file-entry.ts';
import { configOfNetwork } from '../data/network-fault.ts';
import type { Network } from '../data/network-fields.ts';
import type { Snapshot } from '../data/snapshot.ts';
import type { NetbootSetup } from './setup.ts';

/** The interface that is served. */
export interface ServedInterface {
  readonly name: string;
  readonly address: string;
  readonly subnet: Subnet;
}

/** What there is besides the interface. */
export interface Host {
  readonly served: ServedInterface;
  /** Addresses of the host's other interfaces, whose networks are another process's business. */
  readonly otherAddresses: readonly string[];
  /** Where iPXE is sent to by a network that does not say. */
  readonly scriptUrl: string;
  /** Whether there is a folder for leases. */
  readonly keepsLeases: boolean;
}

export interface NetworkPlan {
  /** The flags' first. */
  readonly networks: readonly NetworkConfig[];
  /** Files that this process does not serve, and should perhaps; those of other interfaces are not among them. */
  readonly passedOver: readonly { readonly name: string; readonly why: string }[];
}

/** Flags go before files: of a network that both describe, what the flags say counts, and the whole file does not. */
export function planNetworks(
  snapshot: Snapshot,
  setup: Pick<NetbootSetup, 'network' | 'dryRun'>,
  { served, otherAddresses, scriptUrl, keepsLeases }: Host,
): NetworkPlan {
  const networks: NetworkConfig[] = [];
  const passedOver: { name: string; why: string }[] = [];
  if (setup.network !== undefined) networks.push({ scriptUrl, ...setup.network });
  for (const { name: file, value } of snapshot.networks) {
    const network = value!;
    const name = file.slice(0, -'.json'.length);
    if (!isOfInterface(network, served, otherAddresses)) continue;
    const config = { scriptUrl, ...configOfNetwork(name, network) };
    const why = whyPassedOver(config, setup, { served, keepsLeases });
    if (why !== undefined) passedOver.push({ name, why });
    else networks.push(setup.dryRun && config.mode !== 'off' ? { ...config, mode: 'dry-run' } : config);
  }
  return { networks, passedOver };
}

/** @returns undefined for a file's network that is served */
function whyPassedOver(
  config: NetworkConfig,
  { network: ofFlags, dryRun }: Pick<NetbootSetup, 'network' | 'dryRun'>,
  { served, keepsLeases }: Pick<Host, 'served' | 'keepsLeases'>,
): string | undefined {
  if (ofFlags?.name === config.name) return 'the network of the flags has its name';
  const isLocal = (config.relays ?? []).length === 0;
  if (ofFlags !== undefined && isLocal && overlaps(subnetOf(ofFlags, served), subnetOf(config, served)))
    return 'the flags describe its network, and they count';
  if (givesAddresses(config) && !keepsLeases && !dryRun)
    return 'it gives addresses, and -state-path, where leases are kept, is not given';
  return undefined;
}

function givesAddresses({ ranges = [], mode }: NetworkConfig): boolean {
  return ranges.length > 0 && mode !== 'off' && mode !== 'dry-run';
}

/** The interface that files name, where they name one. */
export function interfaceOf(networks: readonly NetworkEntry[]): string | undefined {
  const names = new Set(networks.flatMap(({ value }) => value?.interface || []));
  return names.size === 1 ? [...names][0] : undefined;
}

/** The network that packets without a relay are for. */
export function localNetwork(networks: readonly NetworkConfig[], served: ServedInterface): NetworkConfig | undefined {
  const address = parseIpv4(served.address)!;
  return networks.find((each) => (each.relays ?? []).length === 0 && contains(subnetOf(each, served), address));
}

/** A network that names no interface is of one that has an address in it, or of all, since relays may ask by any. */
function isOfInterface(
  { interface: name, subnet, relays }: Network,
  served: ServedInterface,
  otherAddresses: readonly string[],
): boolean {
  if (name !== '') return name === served.name || name === served.address;
  const parsed = parseSubnet(subnet);
  if (relays.length > 0 || parsed === undefined || contains(parsed, parseIpv4(served.address)!)) return true;
  return !otherAddresses.some((address) => contains(parsed, parseIpv4(address)!));
}

function subnetOf({ subnet }: NetworkConfig, served: ServedInterface): Subnet {
  return (subnet === undefined ? undefined : parseSubnet(subnet)) ?? served.subnet;
}

function overlaps(a: Subnet, b: Subnet): boolean {
  return a.base <= lastOf(b) && b.base <= lastOf(a);
}
