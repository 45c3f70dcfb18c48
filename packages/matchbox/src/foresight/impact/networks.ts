/** What would change for the networks that machines boot on, and which machines have addresses in them. */
import { contains, parseIpv4, parseSubnet } from '@matchbox/netboot';
import { formatJson } from '../../data/go-json-format.ts';
import { netbootMetadataKeys } from '../../data/netboot-metadata.ts';
import { networkRecord } from '../../data/network.ts';
import type { Network } from '../../data/network-fields.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import { formatQuery } from '../label-query.ts';

export interface NetworkChange {
  /** The file's name without `.json`. */
  readonly network: string;
  readonly is: 'added' | 'removed' | 'changed';
  /** As JSON; undefined where it is not set. */
  readonly fields: readonly {
    readonly field: string;
    readonly before: string | undefined;
    readonly after: string | undefined;
  }[];
  /** Queries of the machines whose groups reserve an address in its subnet, before or after. */
  readonly machines: readonly string[];
}

export function networkChanges(before: Snapshot, after: Snapshot): readonly NetworkChange[] {
  const [old, now] = [byName(before), byName(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  return names.flatMap((network) => {
    const [was, is] = [old.get(network), now.get(network)];
    const fields = differences(was, is);
    if (fields.length === 0) return [];
    const machines = new Set([...reservedIn(before, was), ...reservedIn(after, is)]);
    return [
      {
        network,
        is: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed',
        fields,
        machines: [...machines],
      } as const,
    ];
  });
}

function byName({ networks }: Snapshot): Map<string, Network> {
  return new Map(networks.map(({ name, value }) => [name.slice(0, -'.json'.length), value!]));
}

function differences(before: Network | undefined, after: Network | undefined): NetworkChange['fields'] {
  const [old, now] = [textsOf(before), textsOf(after)];
  const fields = [...new Set([...old.keys(), ...now.keys()])];
  return fields
    .map((field) => ({ field, before: old.get(field), after: now.get(field) }))
    .filter((each) => each.before !== each.after);
}

function textsOf(network: Network | undefined): Map<string, string> {
  if (network === undefined) return new Map();
  return new Map(networkRecord(network).fields.map(([field, value]) => [field, formatJson(value)]));
}

function reservedIn({ groups }: Snapshot, network: Network | undefined): string[] {
  const subnet = network && parseSubnet(network.subnet);
  if (subnet === undefined) return [];
  return groups.flatMap(({ value }) => {
    const address = value?.metadata?.get(netbootMetadataKeys.address);
    const number = typeof address === 'string' ? parseIpv4(address) : undefined;
    return number !== undefined && contains(subnet, number) ? [formatQuery(value!.selector)] : [];
  });
}
