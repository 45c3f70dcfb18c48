/** Starts the built-in network boot: binds it to the catalog, the log and the web server. */
import { rename } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { isAbsolute, join } from 'node:path';
import {
  describeArchitecture,
  describeLoaders,
  describeServer,
  type KeptTable,
  type LeaseKeeper,
  NetworkConfigError,
  type Notice,
  printable,
  type TransferRecord,
} from '@matchbox/netboot';
import {
  chooseInterface,
  type HostInterface,
  hostInterfaces,
  JournalError,
  leasesAfterRestart,
  linkStateOf,
  Netboot,
  NetbootRefusedError,
  readLeaseJournal,
  SocketError,
  systemLoaderFolders,
  type UnkeptLease,
} from '@matchbox/netboot/node';
import { parseLabels } from './answer/labels.ts';
import type { Labels } from './data/group-index.ts';
import { onceFor } from './data/once-for.ts';
import type { Snapshot } from './data/snapshot.ts';
import { followNetworks, type NetworkSource } from './follow-networks.ts';
import type { NetbootReport } from './grpc/netboot-view.ts';
import type { Handler } from './http/handler.ts';
import type { Logger } from './log/log.ts';
import type { Metrics } from './log/metrics.ts';
import { createDecisionLog } from './network/decision-log.ts';
import { countKnownMachines, describeMachine, labelsOf, loadersOf, reservationsOf } from './network/machine.ts';
import { interfaceOf } from './network/networks.ts';
import { createRecentDecisions, type RecentDecisions, type ToldDecision } from './network/recent-decisions.ts';
import type { NetbootSetup } from './network/setup.ts';
import { SharedLeases } from './network/shared-leases.ts';
import { tellDecision, tellTransfer } from './network/told-decision.ts';
import { StartError } from './start-error.ts';
import type { RunningMachines } from './start-machines.ts';
import type { InheritedSockets } from './supervisor/inherited-sockets.ts';

export interface NetbootSurroundings extends NetworkSource {
  /** Where HTTP is served: what machines fetch their script from. */
  readonly http: AddressInfo;
  /** '' for none. */
  readonly assetsPath: string;
  /** Folder of the leases; '' for none, which mode dhcp does not take. */
  readonly statePath: string;
  readonly sockets: InheritedSockets;
  readonly metrics: Metrics;
  /** Whether what is known of a machine sends it to its disk now. */
  readonly bootsFromDisk: (labels: Labels) => boolean;
  /** What the machine said of itself that has this MAC address, or was the last to ask from this address. */
  readonly labelsAt: (address: string, mac: string | undefined) => Labels | undefined;
  /** The stories of machines. */
  readonly machines: Pick<RunningMachines, 'decided' | 'fetched' | 'shared'>;
  /** The data directory is shared by several servers. */
  readonly isStoreShared: boolean;
}

export interface RunningNetboot {
  /** A loader by its name, from memory; undefined, too, for who is to boot from its disk and would not get there with it. */
  loader(name: string, address: string): Uint8Array | undefined;
  /** The same handler, watched: machines that fetch their script are in no loop. */
  watchHandler(handler: Handler): Handler;
  /** A script was asked for, with this target. */
  noteTarget(target: string): void;
  /** The last decisions behind a number. */
  decisions(after: number): readonly ToldDecision[];
  /** What is served now. */
  report(): NetbootReport;
  close(): Promise<void>;
}

/** @throws StartError that says what to do */
export async function startNetboot(setup: NetbootSetup, surroundings: NetbootSurroundings): Promise<RunningNetboot> {
  const { http, logger, snapshot, statePath } = surroundings;
  const wanted = setup.interface ?? (setup.network === undefined ? interfaceOf(snapshot().networks) : undefined);
  const served = chooseInterface(hostInterfaces(), wanted, await linkStateOf(wanted ?? ''));
  if (typeof served === 'string') throw new StartError('bad_address', `-netboot-interface: ${served}`);
  checkReachable(setup, served, http);
  const recent = createRecentDecisions();
  const leases = await openLeases(served, surroundings);
  const netboot = await open(setup, served, { ...surroundings, leases }, recent);
  for (const line of describeLoaders(netboot.loaders.table)) logger.info(`netboot: ${line}`);
  for (const { mode, dryRun, name } of netboot.networks) {
    const shown = dryRun ? `dry run of ${mode}` : mode;
    logger.info(`netboot: serving network ${name} in mode ${shown}`, {
      interface: served.name,
      address: served.address,
    });
  }
  const others = hostInterfaces().filter(({ address, internal }) => !internal && address !== served.address);
  const host = {
    served,
    otherAddresses: others.map(({ address }) => address),
    scriptUrl: scriptUrlOf(served, http),
    keepsLeases: statePath !== '' || leases !== undefined,
  };
  const stopFollowing = await followNetworks(netboot, setup, host, surroundings);
  const noteTarget = (target: string) => {
    const mac = scriptMac(target);
    if (mac !== undefined) netboot.noteScript(mac);
  };
  return {
    loader: (name, address) =>
      netboot.withholds(name, address) ? undefined : netboot.loaders.table.files.get(name)?.bytes,
    watchHandler: (handler) => (request) => {
      noteTarget(request.target);
      return handler(request);
    },
    noteTarget,
    decisions: (after) => recent.after(after),
    report: () => reportOf(netboot, served),
    close: async () => {
      stopFollowing();
      await netboot.close();
      await leases?.close();
    },
  };
}

function reportOf(netboot: Netboot, { name, address }: HostInterface): NetbootReport {
  const { byArchitecture, missing } = netboot.loaders.table;
  return {
    interface: name,
    address,
    networks: netboot.networks.map(({ name: network, mode, dryRun, answerTo }) => ({
      ...{ name: network, mode, dryRun, answerTo, leases: netboot.leases(network) },
    })),
    otherServers: netboot.otherServers.map(describeServer),
    loaders: Array.from(byArchitecture, ([code, { name: file, path, bytes, sha256, version = '' }]) => ({
      ...{
        architecture: describeArchitecture(code),
        code,
        file,
        path,
        sizeBytes: BigInt(bytes.length),
        sha256,
        version,
      },
    })),
    withoutLoader: missing.map(({ name: architecture }) => architecture),
  };
}

function scriptUrlOf({ address }: HostInterface, { port }: AddressInfo): string {
  return `http://${address}:${port}/netboot.ipxe`;
}

/** The machine whose script a request is for, if it says its MAC address. */
function scriptMac(target: string): string | undefined {
  const query = /^\/(?:ipxe|netboot\.ipxe)\?(.*)$/.exec(target)?.[1];
  return query === undefined ? undefined : parseLabels(query).labels.get('mac');
}

/** @throws StartError where every machine would be sent to an address that does not answer it */
function checkReachable(
  { network, dryRun }: NetbootSetup,
  served: HostInterface,
  { address, port }: AddressInfo,
): void {
  const isReachable = address === '0.0.0.0' || address === '::' || address === served.address;
  if (isReachable || network?.scriptUrl !== undefined || dryRun) return;
  const message = `-netboot sends machines to http://${served.address}:${port}/, and HTTP is served on ${address} alone: give -address=0.0.0.0:${port} or -address=${served.address}:${port}`;
  throw new StartError('bad_address', message);
}

async function open(
  setup: NetbootSetup,
  served: HostInterface,
  surroundings: NetbootSurroundings & { readonly leases: SharedLeases | undefined },
  recent: RecentDecisions,
): Promise<Netboot> {
  const { snapshot, http, assetsPath, statePath, sockets, logger, metrics, machines, leases } = surroundings;
  const { bootsFromDisk, labelsAt } = surroundings;
  const { network } = setup;
  const folders = [setup.loaderFolder, assetsPath === '' ? undefined : join(assetsPath, 'ipxe')].filter(
    (each) => each !== undefined,
  );
  const [dhcp, boot, tftp] = [sockets.one('dhcp'), sockets.one('pxe'), sockets.one('tftp')];
  const log = createDecisionLog(logger);
  const reservations = kept(snapshot, reservationsOf);
  try {
    return await Netboot.open({
      served,
      networks: network === undefined ? [] : [{ scriptUrl: scriptUrlOf(served, http), ...network }],
      httpPort: http.port,
      loaderFolders: [...folders, ...systemLoaderFolders],
      loaderNames: () => loadersOf(snapshot()),
      tftp: { folders: setup.tftpFolder === undefined ? [] : [setup.tftpFolder], dataPorts: setup.tftpPorts },
      ...(statePath !== '' && { leasePath: (name: string) => journalPath(statePath, name) }),
      ...(leases !== undefined && {
        leaseKeeper: (name: string, table: KeptTable) => openKeeper(leases, name, table, statePath),
        isReplica: (address: string) => leases.isReplica(address),
      }),
      machine: (client) => describeMachine(snapshot(), client),
      bootsFromDisk: (client) => bootsFromDisk(labelsOf(client)),
      addressBootsFromDisk: (address, mac) => {
        const labels = labelsAt(address, mac);
        return labels !== undefined && bootsFromDisk(labels);
      },
      reservedFor: (address) => reservations().get(address),
      knownMachines: kept(snapshot, countKnownMachines),
      descriptors: {
        ...(dhcp !== undefined && { dhcp }),
        ...(boot !== undefined && { boot }),
        ...(tftp !== undefined && { tftp }),
      },
      events: {
        onDecision: (decision) => {
          metrics.netbootDecided(decision.rule);
          recent.note(decision, Date.now());
          log(decision);
          const told = tellDecision(decision, Date.now());
          if (told !== undefined) machines.decided(told);
        },
        onNotice: ({ kind, text }: Notice) => logger.warn(`netboot: ${text}`, { notice: kind }),
        onTransfer: (record) => {
          metrics.transferEnded(record.ending);
          logTransfer(logger, record);
          const loader = tellTransfer(record, Date.now());
          if (loader !== undefined) machines.fetched(loader);
        },
        onUnkept: ({ network: name, mac, outcome }) => {
          metrics.leaseUnkept(outcome);
          logger.warn(`netboot: ${unkeptTexts[outcome]}`, { network: name, machine: mac });
        },
        onWarning: (text) => logger.warn(`netboot: ${text}`),
        onServers: (servers) => {
          metrics.dhcpServersSeen(servers.filter(({ offeredAddress }) => offeredAddress !== undefined).length);
          for (const server of servers) logger.info(`netboot: found ${describeServer(server)}`);
        },
      },
    });
  } catch (error) {
    throw startError(error, isAbsolute(statePath) ? statePath : '');
  }
}

const unkeptTexts: Readonly<Record<UnkeptLease['outcome'], string>> = {
  taken: 'another server has given the address to another machine meanwhile',
  away: 'a lease cannot be kept, and the machine is not answered',
  shortened: 'a lease cannot be kept, and the machine has its address for as long as it was given for before',
};

/** Where machines' state is shared, leases are, too. */
async function openLeases(
  { address }: HostInterface,
  { machines, isStoreShared, logger }: NetbootSurroundings,
): Promise<SharedLeases | undefined> {
  if (machines.shared !== undefined)
    return SharedLeases.open({ store: machines.shared, serverAddress: address, logger });
  if (isStoreShared)
    logger.info(
      'netboot: leases are of this server alone; -state=store shares them with others that serve the same range',
    );
  return undefined;
}

function journalPath(statePath: string, network: string): string {
  return join(statePath, `leases-${network}.journal`);
}

/** Leases that this server kept for itself so far become shared ones, once. */
async function openKeeper(
  leases: SharedLeases,
  network: string,
  table: KeptTable,
  statePath: string,
): Promise<LeaseKeeper> {
  if (statePath === '') return leases.openNetwork(network, table);
  const path = journalPath(statePath, network);
  const read = await readLeaseJournal(path);
  const keeper = await leases.openNetwork(network, table, leasesAfterRestart(read, table.now()));
  if (read.records > 0) await rename(path, `${path}.moved`);
  return keeper;
}

/** Asked for every address of the pool that is considered, so kept for as long as the data directory stays as it is. */
function kept<T extends object | number>(snapshot: () => Snapshot, make: (snapshot: Snapshot) => T): () => T {
  const of = onceFor(make);
  return () => of(snapshot());
}

/** EDK2 asks for the size with a transfer that it breaks off, and iPXE for files that need not be there. */
function logTransfer(logger: Logger, { ending, client, name, sizeBytes, startedMs, endedMs }: TransferRecord): void {
  const fields = {
    client: client.address,
    file: printable(name),
    bytes: sizeBytes,
    ending,
    ms: Math.round(endedMs - startedMs),
  };
  if (ending === 'sent') logger.info('tftp: sent a file', fields);
  else if (ending === 'withheld')
    logger.info('tftp: sent no loader: the machine boots from its disk, and this loader cannot do that', fields);
  else if (ending === 'aborted' || ending === 'missing' || ending === 'stopped' || ending === 'replaced')
    logger.debug('tftp: a transfer ended', fields);
  else logger.warn('tftp: a transfer failed', fields);
}

function startError(error: unknown, statePath: string): unknown {
  if (error instanceof SocketError)
    return new StartError('listen_failed', `netboot: ${error.message}`, { cause: error });
  if (error instanceof NetbootRefusedError) {
    const hint = '-dhcp-force gives addresses all the same';
    return new StartError('bad_address', `netboot: ${error.message}`, { cause: error, hint });
  }
  if (error instanceof JournalError) return new StartError('bad_path', `netboot: ${error.message}`, { cause: error });
  if (!(error instanceof NetworkConfigError)) return error;
  const needsState = error.code === 'no_lease_file' && statePath === '';
  const message = needsState
    ? '-state-path or -state is needed where addresses are given: the leases are kept there'
    : error.message;
  return new StartError('bad_address', `netboot: ${message}`, { cause: error });
}
