/** Starts the workers that serve HTTP in the place of this process, which keeps the store, machines, gRPC and network boot to itself. */
import { randomBytes } from 'node:crypto';
import type { Catalog } from './data/catalog.ts';
import type { Handler } from './http/handler.ts';
import type { Response } from './http/message.ts';
import { listenPlace } from './listen-place.ts';
import type { Logger } from './log/log.ts';
import type { Metrics } from './log/metrics.ts';
import type { Machines } from './machines/machines.ts';
import type { SeenMessage } from './seen-requests.ts';
import { listenError, StartError, type StartErrorCode } from './start-error.ts';
import type { WebServers, WebTlsOptions } from './start-web.ts';
import { type HeldSocket, holdSocket } from './supervisor/held-sockets.ts';
import type { InheritedSockets } from './supervisor/inherited-sockets.ts';
import type { WorkerReady, WorkerSetup } from './worker-setup.ts';
import { createFilesToTell, faultsMessage } from './workers/files-to-tell.ts';
import type { CountsMessage, Question, RequestMessage, ResponseMessage, Told, WorkerFault } from './workers/message.ts';
import { createPool, type Pool, type PoolTimes } from './workers/pool.ts';

export interface WorkersOptions {
  readonly count: number;
  /** Program and arguments of a worker; this program unless told otherwise. */
  readonly command?: readonly [string, ...string[]] | undefined;
  /** Takes whole lines of the workers' logs; standard error unless told otherwise. */
  readonly writeLog?: ((lines: string) => void) | undefined;
  readonly log?: WorkerSetup['log'] | undefined;
  readonly times?: Partial<PoolTimes> | undefined;
}

export interface WorkersSurroundings
  extends Pick<
    WorkerSetup,
    | 'address'
    | 'web'
    | 'assetsPath'
    | 'signs'
    | 'onBrokenGroup'
    | 'ignitionVersion'
    | 'templateLibrary'
    | 'netboot'
    | 'counts'
    | 'version'
  > {
  readonly sockets: InheritedSockets;
  readonly catalog: Catalog;
  readonly machines: Machines;
  /** Answers what workers hand on. */
  readonly handler: Handler;
  readonly seen: (seen: SeenMessage) => void;
  readonly dropped: (more: number) => void;
  /** Fetches an asset from the origin, where there is one. */
  readonly fill?: ((path: string) => Promise<boolean>) | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface RunningWorkers extends WebServers {
  settled(): Promise<void>;
  readonly pool: Pick<Pool<WorkerReady>, 'counts' | 'running' | 'restarts' | 'pids'>;
}

/** Where the listening sockets are in a worker, after standard streams and the channel. */
const firstDescriptor = 4;

/** @throws StartError */
export async function startWorkers(options: WorkersOptions, given: WorkersSurroundings): Promise<RunningWorkers> {
  const { catalog, machines, logger } = given;
  const held = await holdSockets(given);
  const toTell = createFilesToTell(catalog.snapshot);
  const pool = createPool<WorkerSetup, WorkerReady, SeenMessage>({
    count: options.count,
    command: options.command ?? [process.execPath, ...process.execArgv, process.argv[1]!],
    descriptors: held.map(({ fd }) => fd),
    setup: setupOf(options, given, held),
    mergeCounts: mergeKept(given.counts),
    writeLog: options.writeLog ?? ((lines) => void process.stderr.write(lines)),
    logger,
    ...(options.times && { times: options.times }),
    sources: {
      files: () => ({ files: toTell.all(), faults: faultsMessage(catalog.snapshot.folderFaults) }),
      orders: () => machines.registry.ordered(),
      rollouts: () => machines.rollouts.profiles(),
      question: (question) => answerQuestion(question, catalog, machines),
      request: (request, isGone) => answerRequest(request, isGone, given),
      seen: (all, dropped) => {
        for (const each of all) given.seen(each);
        given.dropped(dropped);
      },
      fill: given.fill ?? (async () => true),
      certificate: (server, validTo) => given.metrics.certificateLoaded(server, validTo),
    },
  });
  const unlisten = catalog.onChange((snapshot, applied) => {
    pool.tellFiles(toTell.changes(applied), faultsMessage(snapshot.folderFaults));
  });
  machines.registry.onOrdered = (id, keys) => pool.tellOrders([[id, keys]]);
  machines.rollouts.onProfiles = (profiles) => pool.tellRollouts(profiles);
  machines.settled = () => pool.settled();
  machines.rollouts.settled = () => pool.settled();
  const stop = () => {
    unlisten();
    machines.rollouts.onProfiles = () => {};
    machines.rollouts.settled = async () => {};
    machines.registry.onOrdered = () => {};
    machines.settled = async () => {};
    for (const { close } of held) close();
  };
  const [ready] = await pool.start().catch((error: unknown) => {
    stop();
    throw startErrorOf(error as WorkerFault);
  });
  logger.info('HTTP is served by workers', { workers: options.count });
  return {
    addresses: ready!,
    pool,
    settled: () => pool.settled(),
    close: async (graceMs) => {
      await pool.close(graceMs);
      stop();
    },
  };
}

interface Held {
  readonly name: 'http' | 'https';
  readonly fd: number;
  readonly isHandedOver: boolean;
  close(): void;
}

/** As `startWeb` would listen. @throws StartError */
async function holdSockets({ address, web, sockets, logger }: WorkersSurroundings): Promise<Held[]> {
  const wanted: [Held['name'], string][] =
    web === undefined
      ? [['http', address]]
      : web.address === undefined
        ? [['https', address]]
        : [
            ['http', address],
            ['https', web.address],
          ];
  const held: Held[] = [];
  for (const [name, where] of wanted) {
    const place = listenPlace(where, name, sockets);
    logger.info(`Starting matchbox ${name.toUpperCase()} server on ${place.text}`);
    if (name === 'https') tellFiles(web!, logger);
    const { host, port, fd } = place.parse();
    const socket: HeldSocket =
      fd === undefined
        ? await holdSocket(host, port).catch((error: unknown) => {
            for (const { close } of held) close();
            throw listenError(error, where);
          })
        : { fd, close: () => {} };
    held.push({ name, fd: socket.fd, isHandedOver: place.isHandedOver, close: () => socket.close() });
  }
  return held;
}

function tellFiles({ certFile, keyFile }: WebTlsOptions, logger: Logger): void {
  logger.info(`Using SSL server certificate: ${certFile}`);
  logger.info(`Using SSL server key: ${keyFile}`);
}

function setupOf(options: WorkersOptions, given: WorkersSurroundings, held: readonly Held[]) {
  const { address, web, assetsPath, signs, onBrokenGroup, ignitionVersion, templateLibrary } = given;
  const ticketKeys = new Uint8Array(randomBytes(48));
  const sockets = Object.fromEntries(held.map(({ name }, index) => [name, firstDescriptor + index]));
  return (index: number): WorkerSetup => ({
    ...{ index, count: options.count, log: options.log ?? { level: 'panic', format: 'text' } },
    ...{ address, web, sockets, ticketKeys, isHandedOver: held.some((each) => each.isHandedOver) },
    ...{ assetsPath, signs, onBrokenGroup, ignitionVersion, templateLibrary },
    ...{ origin: given.fill !== undefined, netboot: given.netboot, counts: given.counts, version: given.version },
  });
}

function answerQuestion({ what, ...asked }: Question, { snapshot }: Catalog, machines: Machines): Told {
  const group = snapshot.file('groups', asked.group);
  const profile = asked.profile === undefined ? undefined : snapshot.file('profiles', asked.profile);
  if (group === undefined) return { what: 'unknown' };
  const question = { labels: new Map(asked.labels), address: asked.address, group, profile };
  return what === 'decide'
    ? { what, decision: machines.decide(question) }
    : { what, variables: machines.variables(question) };
}

async function answerRequest(
  message: RequestMessage,
  isGone: () => boolean,
  { handler, logger }: WorkersSurroundings,
): Promise<ResponseMessage> {
  const { body: sent, ...request } = message;
  try {
    const response = await handler({
      ...request,
      enter: () => true,
      readBody: async () => sent,
      get gone() {
        return isGone();
      },
    });
    return messageOf(response);
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    logger.error(`answering ${request.method} ${request.target} for a worker failed: ${reason}`);
    return {
      status: 500,
      headers: { 'Content-Length': '0' },
      body: new Uint8Array(),
      outcome: { endpoint: 'none', reason: 'internal_error' },
    };
  }
}

/** Nothing that is handed on is answered with a file. */
function messageOf({ status, headers, body, outcome: { endpoint, reason, note } }: Response): ResponseMessage {
  if (!(body instanceof Uint8Array)) throw new TypeError('only answers that are in memory are handed back');
  return { status, headers, body, outcome: { endpoint, reason, note } };
}

function mergeKept(counts: boolean) {
  if (!counts) return async () => [];
  return async (all: readonly CountsMessage[]) => (await import('./http/admin/prometheus.ts')).mergeCounts(all);
}

function startErrorOf(error: WorkerFault): StartError {
  const { code, message, hint, advice } = error;
  const known: readonly StartErrorCode[] = ['bad_path', 'bad_address', 'bad_key_ring', 'listen_failed'];
  return new StartError(known.find((each) => each === code) ?? 'listen_failed', message, { hint, advice });
}
