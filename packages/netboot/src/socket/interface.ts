/** The host's interfaces, and which of them is served. */
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { contains, parseIpv4, parseSubnet, type Subnet } from '../ipv4.ts';

export interface HostInterface {
  readonly name: string;
  readonly address: string;
  readonly subnet: Subnet;
  readonly internal: boolean;
}

/** Every IPv4 address of the host. */
export function hostInterfaces(): readonly HostInterface[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.flatMap(({ family, address, cidr, internal }) => {
      const subnet = family === 'IPv4' ? parseSubnet(cidr ?? '') : undefined;
      return subnet === undefined ? [] : [{ name, address, subnet, internal }];
    }),
  );
}

const privateSubnets = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map((text) => parseSubnet(text)!);

/**
 * The interface that `wanted` names, by its name or its address; without one the only interface with a private address.
 * @param link of the wanted one, which tells why it is not there: Node lists only what is on and has a link
 * @returns the interface, or why there is none, as the end of a sentence
 */
export function chooseInterface(
  interfaces: readonly HostInterface[],
  wanted: string | undefined,
  link?: LinkState,
): HostInterface | string {
  const shown = (list: readonly HostInterface[]) => list.map(({ name, address }) => `${name} (${address})`).join(', ');
  if (wanted !== undefined) {
    const found = interfaces.find(({ name, address }) => name === wanted || address === wanted);
    if (found !== undefined) return found;
    const why = link === undefined ? `there is no interface ${wanted} with an IPv4 address` : faults[link](wanted);
    return `${why}; there are ${shown(interfaces)}`;
  }
  const candidates = interfaces.filter(({ address, internal }) => {
    const number = parseIpv4(address)!;
    return !internal && privateSubnets.some((subnet) => contains(subnet, number));
  });
  const [only] = candidates;
  if (only === undefined)
    return `no interface has a private IPv4 address; name the one to serve, of ${shown(interfaces)}`;
  return candidates.length === 1 ? only : `several interfaces could be meant; name one of ${shown(candidates)}`;
}

/** `off`: somebody has to switch it on. `down`: on, and nothing at its other end. */
export type LinkState = 'off' | 'down' | 'up';

const faults: Readonly<Record<LinkState, (name: string) => string>> = {
  off: (name) => `${name} is switched off; ip link set ${name} up switches it on`,
  down: (name) => `the link of ${name} is down: no cable, or nothing at its other end`,
  up: (name) => `${name} has no IPv4 address`,
};

/** @returns undefined where there is no such interface, or the system does not say */
export async function linkStateOf(name: string): Promise<LinkState | undefined> {
  if (!/^[\w.@-]+$/.test(name) || /^\.+$/.test(name)) return undefined;
  const read = async (what: string) => (await readFile(`/sys/class/net/${name}/${what}`, 'utf8')).trim();
  try {
    if ((Number(await read('flags')) & isOn) === 0) return 'off';
    return ['down', 'lowerlayerdown', 'dormant', 'notpresent'].includes(await read('operstate')) ? 'down' : 'up';
  } catch {
    return undefined;
  }
}

/** Linux's IFF_UP. */
const isOn = 1;

/** What a frame carries on an interface; 1500 where that cannot be read. */
export async function mtuOf(name: string): Promise<number> {
  const text = await readFile(`/sys/class/net/${name.replace(/[^\w.@-]/g, '')}/mtu`, 'utf8').catch(() => '');
  const mtu = Number(text.trim());
  return Number.isInteger(mtu) && mtu >= 576 ? Math.min(mtu, 9216) : 1500;
}
