/** What a test's machine finds around it: the server with its data, and the network, either QEMU's own or a private LAN. */
import { closeSync, ftruncateSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../tools/ports.ts';
import { copyData } from '../../tools/vm/data.ts';
import type { Lifetime } from '../../tools/vm/lifetime.ts';
import type { MachineNetwork } from '../../tools/vm/qemu.ts';
import { type Server, startServer } from '../../tools/vm/server.ts';
import { startGuideDnsmasq, startRouter } from './dnsmasq.ts';
import { inNamespace, makeLan, TAP } from './namespace.ts';

/** Folders that a case is given: what the server serves, and one of its own. */
export interface Context {
  readonly assets: string;
  readonly scratch: string;
}

export interface Site {
  /** The server's URL in the machine's eyes. */
  readonly endpoint: string;
  get: Server['get'];
  serverLog(): string;
}

/** A site on QEMU's user network, with these options. */
export interface UserSite extends Site {
  network(options: string): MachineNetwork;
}

/** A site in a LAN of its own. */
export interface LanSite extends Site {
  network(): MachineNetwork;
  dhcpLog(): string;
}

/** The tests' data directory. */
export const dataFolder = fileURLToPath(new URL('data/', import.meta.url));

/** The server as the data and the network guide name it. */
const ENDPOINT = 'http://matchbox.example.com:8080';

/**
 * The server on the host's loopback, which machines on QEMU's user network reach as 10.0.2.2. The data is a copy that
 * says so.
 */
export async function startUserSite(
  lifetime: Lifetime,
  { assets, scratch }: Context,
  { flags: further = [], prepare = () => {}, port, inside = [] }: Settings = {},
): Promise<UserSite> {
  const listening = port ?? (await freePort());
  const endpoint = `http://10.0.2.2:${listening}`;
  const data = join(scratch, 'data');
  copyData(dataFolder, data, new URL(endpoint).host);
  prepare(data);
  const flags = [`-public-url=${endpoint}`, ...further];
  const server = await startServer(lifetime, { inside, address: '127.0.0.1', port: listening, data, assets, flags });
  const network = (options: string): MachineNetwork => ({ user: options });
  return { endpoint, network, get: server.get, serverLog: server.log };
}

interface Settings {
  readonly flags?: readonly string[];
  /** Changes the copy of the data before the server reads it. */
  readonly prepare?: (data: string) => void;
  /** A free one, if it is not given. */
  readonly port?: number;
  /** Words before the server's command. */
  readonly inside?: readonly string[];
}

/**
 * The server in a LAN of network namespaces with dnsmasq, which runs the network guide's configuration: `dhcp.conf`, or
 * `proxy-dhcp.conf` beside the plain DHCP server of another host.
 */
export async function startLanSite(
  lifetime: Lifetime,
  { assets, scratch }: Context,
  configuration: string,
  { data = dataFolder, flags = [] }: { readonly data?: string; readonly flags?: readonly string[] } = {},
): Promise<LanSite> {
  const proxy = configuration === 'proxy-dhcp.conf';
  const lan = makeLan(lifetime, {
    server: ['192.168.1.2/24'],
    dhcp: [proxy ? '192.168.1.3/24' : '192.168.1.1/24'],
    router: [...(proxy ? ['192.168.1.1/24'] : []), 'fd00:e2e::1/64'],
  });
  await startRouter(lifetime, { inside: lan.inHost('router'), scratch }, { dhcp: proxy });
  const dhcp = await startGuideDnsmasq(lifetime, { inside: lan.inHost('dhcp'), scratch }, configuration);
  const where = { inside: lan.inHost('server'), address: '192.168.1.2', port: 8080 };
  const server = await startServer(lifetime, { ...where, data, assets, flags: [`-public-url=${ENDPOINT}`, ...flags] });
  const network = (): MachineNetwork => ({ tap: TAP, inside: inNamespace(lan.machineNamespace) });
  return { endpoint: ENDPOINT, network, get: server.get, serverLog: server.log, dhcpLog: dhcp.log };
}

interface BuiltIn {
  /** Of the server: as a proxy beside plain DHCP, or as the DHCP server. */
  readonly mode: 'proxy' | 'dhcp';
  /** The data directory, where it is not the tests' own. */
  readonly data?: string;
  /** Names of a further host, 192.168.1.3, which `inMirror` leads to. */
  readonly mirrorNames?: readonly string[];
  /** Further flags. */
  readonly flags?: readonly string[];
}

/** A site whose server answers machines that boot by itself. */
export interface BuiltInSite extends LanSite {
  /** The words to put before a command so that it runs on the further host. */
  readonly inMirror: readonly string[];
}

export async function startBuiltInSite(
  lifetime: Lifetime,
  { assets, scratch }: Context,
  { mode, data = dataFolder, mirrorNames, flags: further = [] }: BuiltIn,
): Promise<BuiltInSite> {
  const lan = makeLan(lifetime, {
    server: ['192.168.1.2/24'],
    router: ['192.168.1.1/24', 'fd00:e2e::1/64'],
    ...(mirrorNames && { mirror: ['192.168.1.3/24'] }),
  });
  const router = await startRouter(
    lifetime,
    { inside: lan.inHost('router'), scratch },
    { dhcp: mode === 'proxy', dns: true, names: (mirrorNames ?? []).map((name) => [name, '192.168.1.3']) },
  );
  const addresses = ['-dhcp-range=192.168.1.50-192.168.1.150', '-dhcp-router=192.168.1.1', '-dhcp-dns=192.168.1.1'];
  const flags = [
    `-netboot=${mode}`,
    '-netboot-interface=eth0',
    '-netboot-unknown',
    `-state-path=${join(scratch, 'state')}`,
    ...(mode === 'dhcp' ? addresses : []),
    ...further,
  ];
  const where = { inside: lan.inHost('server'), address: '192.168.1.2', port: 8080 };
  const server = await startServer(lifetime, { ...where, data, assets, flags });
  // It looks for other DHCP servers first.
  for (const started = Date.now(); !/netboot: serving network/.test(server.log()); ) {
    if (Date.now() - started > 20_000) throw new Error(`the server does not serve the network:\n${server.log()}`);
    await sleep(50);
  }
  const network = (): MachineNetwork => ({ tap: TAP, inside: inNamespace(lan.machineNamespace) });
  const logs = { serverLog: server.log, dhcpLog: router.log };
  return { endpoint: ENDPOINT, network, get: server.get, ...logs, inMirror: lan.inHost('mirror') };
}

const DISK_BYTES = 64 * 1024 * 1024;

/** @returns the path of a disk with nothing on it */
export function emptyDisk(scratch: string, bytes = DISK_BYTES): string {
  const path = join(scratch, 'disk.img');
  const file = openSync(path, 'w');
  ftruncateSync(file, bytes);
  closeSync(file);
  return path;
}
