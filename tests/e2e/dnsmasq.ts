/** Starts dnsmasq with the configuration files of the network guide, unchanged, in a network namespace. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Lifetime } from '../../tools/vm/lifetime.ts';

const guide = fileURLToPath(new URL('../../contrib/dnsmasq/', import.meta.url));

/** A dnsmasq that runs. */
export interface Dnsmasq {
  log(): string;
}

/** Where a dnsmasq runs: the words that lead into its network namespace, and a folder of its own. */
interface Place {
  readonly inside: readonly string[];
  readonly scratch: string;
}

/** Starts dnsmasq with `contrib/dnsmasq/NAME`. */
export function startGuideDnsmasq(lifetime: Lifetime, place: Place, name: string): Promise<Dnsmasq> {
  return startDnsmasq(lifetime, place, name, [`--conf-file=${join(guide, name)}`]);
}

interface Router {
  readonly dhcp: boolean;
  readonly dns?: boolean;
  /** Names besides the server's, each with its address. */
  readonly names?: readonly (readonly [name: string, address: string])[];
}

/**
 * Starts the router of the network. It advertises an IPv6 prefix, for which iPXE otherwise waits 15 s, and serves plain
 * DHCP and DNS, which know nothing of network boot but the server's name, if `dhcp` and `dns` say so.
 */
export function startRouter(
  lifetime: Lifetime,
  place: Place,
  { dhcp, dns = dhcp, names: further = [] }: Router,
): Promise<Dnsmasq> {
  const advertise = ['--conf-file=/dev/null', '--enable-ra', '--dhcp-range=fd00:e2e::,ra-only'];
  const addresses = dhcp ? ['--dhcp-range=192.168.1.50,192.168.1.150,30m'] : [];
  const known = [['matchbox.example.com', '192.168.1.2'], ...further].map(([name, at]) => `--address=/${name}/${at}`);
  const names = dns ? [...known, '--no-resolv'] : ['--port=0'];
  return startDnsmasq(lifetime, place, 'router', [...advertise, ...addresses, ...names]);
}

async function startDnsmasq(
  lifetime: Lifetime,
  { inside, scratch }: Place,
  name: string,
  settings: readonly string[],
): Promise<Dnsmasq> {
  const [command = '', ...args] = [
    ...inside,
    'dnsmasq',
    ...['--keep-in-foreground', '--log-facility=-', '--log-dhcp', '--user=root', '--pid-file='],
    `--dhcp-leasefile=${join(scratch, `${name}.leases`)}`,
    ...settings,
  ];
  const dnsmasq = lifetime.start(command, args);
  const deadline = Date.now() + 600_000;
  while (!/started, (version|DNS)/.test(dnsmasq.output())) {
    const ended = await Promise.race([dnsmasq.exited, sleep(50, undefined)]);
    if (ended || Date.now() > deadline) {
      throw new Error(`dnsmasq (${name}) did not start: ${ended?.reason ?? 'no sign of life'}\n${dnsmasq.output()}`);
    }
  }
  return { log: dnsmasq.output };
}
