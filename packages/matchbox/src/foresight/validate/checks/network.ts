/** Rules about networks, and about the addresses that groups reserve in them. */
import { contains, isHostAddress, lastOf, parseIpv4, parseSubnet, type Subnet } from '@matchbox/netboot';
import type { Group } from '../../../data/group.ts';
import { isOfOneMachine, netbootMetadataKeys } from '../../../data/netboot-metadata.ts';
import type { Network } from '../../../data/network-fields.ts';
import type { Remark } from '../finding.ts';
import { type Described, type Project, remarkAt } from '../project.ts';

/** A packet is for one network; of two that it could be for, the first file's counts. */
export function networkOverlapRule({ networks }: Project): Remark[] {
  const served = networks.filter(({ value }) => value.mode !== 'off');
  return served.flatMap((network, index) => {
    for (const before of served.slice(0, index)) {
      const clash = clashOf(before.value, network.value);
      if (clash === undefined) continue;
      const { field, what } = clash;
      return [remarkAt(network, [field], `${what} is ${before.file}’s too, which counts`)];
    }
    return [];
  });
}

function clashOf(a: Network, b: Network): { field: 'relays' | 'subnet' | 'interface'; what: string } | undefined {
  const relay = b.relays.find((each) => a.relays.includes(each));
  if (relay !== undefined) return { field: 'relays', what: `the relay ${relay}` };
  if (a.relays.length > 0 || b.relays.length > 0) return undefined;
  if (a.interface !== '' && b.interface !== '' && a.interface !== b.interface) return undefined;
  const [one, other] = [parseSubnet(a.subnet), parseSubnet(b.subnet)];
  if (one !== undefined && other !== undefined)
    return overlaps(one, other) ? { field: 'subnet', what: `a part of the subnet ${b.subnet}` } : undefined;
  const isSame = a.interface !== '' && a.interface === b.interface;
  return isSame ? { field: 'interface', what: `the interface ${b.interface}` } : undefined;
}

function overlaps(a: Subnet, b: Subnet): boolean {
  return a.base <= lastOf(b) && b.base <= lastOf(a);
}

/** A machine reaches no router outside of its subnet. */
export function networkRouterRule({ networks }: Project): Remark[] {
  return networks.flatMap((network) => {
    const { subnet, routers } = network.value;
    const parsed = parseSubnet(subnet);
    if (parsed === undefined) return [];
    return routers.flatMap((router, index) =>
      contains(parsed, parseIpv4(router)!)
        ? []
        : [
            remarkAt(
              network,
              ['routers', index],
              `the router ${router} is not in the subnet ${subnet}: no machine reaches it`,
            ),
          ],
    );
  });
}

/** What a group reserves counts only where it is an address, of one machine, in a network that gives addresses. */
export function netbootAddressRule({ groups, networks }: Project): Remark[] {
  const first = new Map<string, Described<Group>>();
  return groups.flatMap((group) => {
    const address = group.value.metadata?.get(netbootMetadataKeys.address);
    if (address === undefined || address === '') return [];
    const fault = addressFault(group, address, first) ?? placeFault(String(address), networks);
    if (typeof address === 'string' && !first.has(address)) first.set(address, group);
    return fault === undefined ? [] : [remarkAt(group, ['metadata', netbootMetadataKeys.address], fault)];
  });
}

function addressFault(
  { value }: Described<Group>,
  address: unknown,
  first: ReadonlyMap<string, Described<Group>>,
): string | undefined {
  if (typeof address !== 'string' || !isHostAddress(parseIpv4(address) ?? 0))
    return `${JSON.stringify(address) ?? 'this'} is no IPv4 address of a host, so none is reserved`;
  if (!isOfOneMachine(value.selector))
    return 'an address is one machine’s: without mac or uuid in the selector none is reserved';
  const other = first.get(address);
  return other && `${address} is reserved by ${other.file} too, which counts`;
}

function placeFault(address: string, networks: Project['networks']): string | undefined {
  const giving = networks.map(({ value }) => value).filter(({ ranges, mode }) => ranges.length > 0 && mode !== 'off');
  const subnets = giving.map(({ subnet }) => parseSubnet(subnet));
  // Of one that is told by its interface nobody knows the subnet here.
  if (giving.length === 0 || subnets.includes(undefined)) return undefined;
  const number = parseIpv4(address)!;
  if (giving.some(({ routers }) => routers.includes(address))) return `${address} is the router’s`;
  const isIn = subnets.some((subnet) => contains(subnet!, number));
  return isIn ? undefined : `${address} is in no subnet of networks/ that addresses are given in`;
}
