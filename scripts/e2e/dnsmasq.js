// Starts dnsmasq with the configuration files of the network guide, unchanged, in a network namespace.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const guide = fileURLToPath(new URL('../../contrib/dnsmasq/', import.meta.url));

/** Starts dnsmasq with `contrib/dnsmasq/NAME`. Answers `{ log() }`. */
export function startGuideDnsmasq(lifetime, inside, name, scratch) {
  return startDnsmasq(lifetime, inside, name, [`--conf-file=${join(guide, name)}`], scratch);
}

/**
 * Starts the router of the network. It advertises an IPv6 prefix, for which iPXE otherwise waits 15 s, and serves plain
 * DHCP and DNS, which know nothing of network boot but the server's name, if `dhcp` says so.
 */
export function startRouter(lifetime, inside, { dhcp }, scratch) {
  const advertise = ['--conf-file=/dev/null', '--enable-ra', '--dhcp-range=fd00:e2e::,ra-only'];
  const serve = [
    '--dhcp-range=192.168.1.50,192.168.1.150,30m',
    '--address=/matchbox.example.com/192.168.1.2',
    '--no-resolv',
  ];
  return startDnsmasq(lifetime, inside, 'router', [...advertise, ...(dhcp ? serve : ['--port=0'])], scratch);
}

async function startDnsmasq(lifetime, inside, name, settings, scratch) {
  const [command, ...args] = [
    ...inside,
    'dnsmasq',
    ...['--keep-in-foreground', '--log-facility=-', '--log-dhcp', '--user=root', '--pid-file='],
    `--dhcp-leasefile=${join(scratch, `${name}.leases`)}`,
    ...settings,
  ];
  const dnsmasq = lifetime.start(command, args);
  const deadline = Date.now() + 10_000;
  while (!/started, (version|DNS)/.test(dnsmasq.output())) {
    const ended = await Promise.race([dnsmasq.exited, sleep(50)]);
    if (ended || Date.now() > deadline) {
      throw new Error(`dnsmasq (${name}) did not start: ${ended?.reason ?? 'no sign of life'}\n${dnsmasq.output()}`);
    }
  }
  return { log: dnsmasq.output };
}
