/** What the data directory says of a machine that asks by DHCP: whether a group knows it, and what its group's metadata wants. */
import { architectures, type Client, isHostAddress, type Machine, parseIpv4 } from '@matchbox/netboot';
import type { JsonObject } from '../data/go-json.ts';
import type { Labels } from '../data/group-index.ts';
import { isOfOneMachine, netbootMetadataKeys as metadataKeys } from '../data/netboot-metadata.ts';
import type { Snapshot } from '../data/snapshot.ts';

/** Only MAC address and UUID are known before a machine runs iPXE; groups that want other labels do not know it yet. */
export function describeMachine(snapshot: Snapshot, client: Client): Machine {
  const selection = snapshot.select(labelsOf(client));
  const group = selection.outcome === 'group' ? selection.entry.value : undefined;
  if (group === undefined || group.selector.size === 0) return { known: false };
  const { metadata } = group;
  const address = readAddress(metadata);
  const hostName = readText(metadata, metadataKeys.hostName);
  const loader = readText(metadata, metadataKeys.loader);
  return {
    known: true,
    ...(isOff(metadata?.get(metadataKeys.netboot)) && { optedOut: true }),
    // An address is one machine's, so the group must be as well.
    ...(address !== undefined && isOfOneMachine(group.selector) && { address }),
    ...(hostName !== undefined && { hostName }),
    ...(loader !== undefined && { loaders: new Map(architectures.map(({ code }) => [code, loader])) }),
  };
}

/** What a DHCP message says of a machine, as groups select by it. */
export function labelsOf({ mac, uuid }: Pick<Client, 'mac' | 'uuid'>): Labels {
  return new Map([['mac', mac], ...(uuid === undefined ? [] : [['uuid', uuid] as const])]);
}

/** What groups reserve: address → MAC address of its machine, or the group where that is not known before the machine asks. */
export function reservationsOf(snapshot: Snapshot): ReadonlyMap<string, string> {
  const reservations = new Map<string, string>();
  for (const { value, name } of snapshot.groups) {
    const address = readAddress(value?.metadata);
    if (value === undefined || address === undefined || !isOfOneMachine(value.selector)) continue;
    if (!reservations.has(address)) reservations.set(address, value.selector.get('mac') ?? `group ${name}`);
  }
  return reservations;
}

/** How many groups are one machine's, by what a machine says before it runs iPXE. */
export function countKnownMachines(snapshot: Snapshot): number {
  return snapshot.groups.reduce((count, { value }) => count + (value && isOfOneMachine(value.selector) ? 1 : 0), 0);
}

/** The loaders that groups name. */
export function loadersOf(snapshot: Snapshot): readonly string[] {
  const names = snapshot.groups.flatMap(({ value }) => readText(value?.metadata, metadataKeys.loader) ?? []);
  return [...new Set(names)];
}

/** Terraform's metadata has texts alone. */
function isOff(value: unknown): boolean {
  return value === false || value === 'false';
}

function readAddress(metadata: JsonObject | undefined): string | undefined {
  const text = readText(metadata, metadataKeys.address);
  return text !== undefined && isHostAddress(parseIpv4(text) ?? 0) ? text : undefined;
}

function readText(metadata: JsonObject | undefined, key: string): string | undefined {
  const value = metadata?.get(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
