/** What the command about network boot is handed: the facts of this host, and decisions without a server. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Decision,
  decide,
  effectiveMode,
  LeaseTable,
  NetworkConfigError,
  type Packet,
  type ResolvedNetwork,
  resolveNetwork,
  selectNetwork,
} from '@matchbox/netboot';
import {
  chooseInterface,
  findServers,
  type HostInterface,
  hostInterfaces,
  LoaderStore,
  leasesAfterRestart,
  linkStateOf,
  mtuOf,
  portObstacle,
  readLeaseJournal,
  standardPorts,
  systemLoaderFolders,
} from '@matchbox/netboot/node';
import type { NetbootAccess } from './cli/command.ts';
import type { FlagValues } from './cli/server-flags/table.ts';
import { emptySnapshot, type Snapshot } from './data/snapshot.ts';
import { dataAccess } from './data-access.ts';
import { netbootOf } from './netboot-of-flags.ts';
import type { PortFact } from './network/doctor.ts';
import { countKnownMachines, describeMachine, loadersOf, reservationsOf } from './network/machine.ts';
import { interfaceOf, localNetwork, type NetworkPlan, planNetworks } from './network/networks.ts';
import type { NetbootSetup } from './network/setup.ts';
import { StartError } from './start-error.ts';

export const netbootAccess: NetbootAccess = {
  gather: (values, signal) => described(values, (site) => gather(site, values, signal)),
  decide: (values, packet) => described(values, (site) => decideAlone(site, values, packet)),
};

/** What flags and host come to. */
interface Site extends NetworkPlan {
  readonly setup: NetbootSetup;
  /** undefined where there is no data directory. */
  readonly snapshot: Snapshot | undefined;
  readonly served: HostInterface;
  readonly httpHost: string;
  readonly httpPort: number;
  readonly scriptUrl: string;
}

/** @returns what is wrong with the flags, in place of what was asked for */
async function described<T>(values: FlagValues, ask: (site: Site) => Promise<T>): Promise<T | string> {
  try {
    // Who asks about network boot without saying which means the first step.
    const setup = netbootOf({ ...values, netboot: values.netboot === 'off' ? 'proxy' : values.netboot });
    const snapshot = await snapshotOf(values);
    const named = setup?.network === undefined ? interfaceOf(snapshot?.networks ?? []) : undefined;
    const wanted = setup?.interface ?? named;
    const served = chooseInterface(hostInterfaces(), wanted, await linkStateOf(wanted ?? ''));
    if (setup === undefined || typeof served === 'string') return `-netboot-interface: ${String(served)}`;
    const [, httpHost = '', port = ''] = /^(.*):(\d+)$/.exec(values.address) ?? [];
    const httpPort = Number(port);
    const own = `http://${served.address}:${httpPort}/netboot.ipxe`;
    const others = hostInterfaces().filter(({ address, internal }) => !internal && address !== served.address);
    const host = {
      served,
      otherAddresses: others.map(({ address }) => address),
      scriptUrl: own,
      keepsLeases: values['state-path'] !== '',
    };
    const plan = planNetworks(snapshot ?? emptySnapshot({ onBrokenGroup: 'hold' }), setup, host);
    const local = localNetwork(plan.networks, served);
    return await ask({ setup, snapshot, served, httpHost, httpPort, scriptUrl: local?.scriptUrl ?? own, ...plan });
  } catch (error) {
    if (error instanceof StartError || error instanceof NetworkConfigError) return error.message;
    throw error;
  }
}

const uses = [
  ['dhcp', 'DHCP'],
  ['tftp', 'TFTP'],
  ['boot', 'PXE boot server'],
] as const;

async function gather(site: Site, values: FlagValues, signal: AbortSignal) {
  const { served, scriptUrl, httpHost, networks, passedOver } = site;
  const ports = await Promise.all(
    uses.map(async ([name, use]): Promise<PortFact> => {
      const port = standardPorts[name];
      const obstacle = await portObstacle(served.address, port);
      return { port, use, ...(obstacle && { obstacle: { code: obstacle.code, message: obstacle.message } }) };
    }),
  );
  const servers = await findServers({
    address: served.address,
    ports: { client: standardPorts.client, server: standardPorts.dhcp },
    signal,
  }).catch((error: unknown) => ({ error: (error as Error).message }));
  const loaders = await openLoaders(site, values);
  return {
    networks,
    passedOver,
    local: localNetwork(networks, served),
    interface: { name: served.name, address: served.address, mtuBytes: await mtuOf(served.name) },
    defaultRoute: await defaultRoute(),
    networkFault: networkFault(site),
    ports,
    servers,
    loaders: loaders.table,
    scriptUrl,
    httpHost,
    hasStatePath: values['state-path'] !== '',
  };
}

function networkFault({ networks, served, httpPort }: Site): string | undefined {
  try {
    for (const network of networks) resolveNetwork(network, { ...served, httpPort });
    return undefined;
  } catch (error) {
    if (error instanceof NetworkConfigError) return error.message;
    throw error;
  }
}

async function openLoaders({ setup, snapshot, networks }: Site, values: FlagValues): Promise<LoaderStore> {
  const assets = values['assets-path'];
  const folders = [setup.loaderFolder, assets === '' ? undefined : join(assets, 'ipxe')].filter(
    (each) => each !== undefined,
  );
  const ofNetworks = networks.flatMap(({ loaders }) => [...(loaders?.values() ?? [])]);
  const ofGroups = snapshot === undefined ? [] : loadersOf(snapshot);
  return LoaderStore.open([...folders, ...systemLoaderFolders], [...ofGroups, ...ofNetworks]);
}

/** undefined where there is no data directory. */
async function snapshotOf(values: FlagValues): Promise<Snapshot | undefined> {
  const path = values['data-path'];
  const isThere = await stat(path)
    .then((found) => found.isDirectory())
    .catch(() => false);
  return isThere ? dataAccess.openSnapshot(path, { onBrokenGroup: values['on-broken-group'] }) : undefined;
}

/** The interface of the route to 0.0.0.0/0 (proc(5)). */
async function defaultRoute(): Promise<string | undefined> {
  const table = await readFile('/proc/net/route', 'utf8').catch(() => '');
  const rows = table
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'));
  return rows.find(([, destination, , , , , , mask]) => destination === '00000000' && mask === '00000000')?.[0];
}

async function decideAlone(site: Site, values: FlagValues, packet: Packet): Promise<Decision> {
  const { networks, served, httpPort, snapshot } = site;
  const { table } = await openLoaders(site, values);
  const nowMs = Date.now();
  const described = networks.map((config) => {
    const resolved = resolveNetwork(config, { ...served, httpPort });
    const network = resolved.inMode(effectiveMode(resolved.modeRequest, { servers: [] }, nowMs));
    return { resolved, network, subnet: resolved.subnet, relays: config.relays ?? [] };
  });
  const leases = new Map(
    await Promise.all(
      described.map(
        async ({ resolved }) => [resolved.config.name, await leasesOf(resolved, snapshot, values, nowMs)] as const,
      ),
    ),
  );
  return decide(
    packet,
    {
      network: (relay, receivedOn) =>
        // Who asks about a machine and names no relay means a network that is described.
        (selectNetwork(described, relay, receivedOn) ?? (relay === undefined ? described[0] : undefined))?.network,
      isOurs: (address) => address === served.address,
      ports: { client: standardPorts.client, relay: standardPorts.dhcp },
      lookups: ({ name }) => ({
        machine: (client) => (snapshot === undefined ? { known: false } : describeMachine(snapshot, client)),
        loaderFor: (architecture) => table.byArchitecture.get(architecture)?.name,
        hasFile: (file) => table.files.has(file),
        leases: leases.get(name)!,
        allowance: () => 'free',
        isOwnProbe: () => false,
      }),
    },
    nowMs,
  );
}

/** As the journal has them. */
async function leasesOf(
  { config, pool }: ResolvedNetwork,
  snapshot: Snapshot | undefined,
  values: FlagValues,
  nowMs: number,
): Promise<LeaseTable> {
  const reserved = snapshot === undefined ? new Map<string, string>() : reservationsOf(snapshot);
  const leases = new LeaseTable({
    pool: pool ?? { size: 0, has: () => false, *addresses() {} },
    reservedFor: (address) => reserved.get(address),
    unknownShare: config.unknownShare ?? 0.5,
    knownMachines: () => (snapshot === undefined ? 0 : countKnownMachines(snapshot)),
  });
  if (pool === undefined || values['state-path'] === '') return leases;
  const journal = join(values['state-path'], `leases-${config.name}.journal`);
  leases.restore(leasesAfterRestart(await readLeaseJournal(journal), nowMs));
  return leases;
}
