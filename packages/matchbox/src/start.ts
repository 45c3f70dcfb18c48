/** Introduces everybody: store, catalog, HTTP server. The only place that knows them all. */
import { gzip } from '@matchbox/butane/node';
import { type AnswerContext, answer } from './answer/answer.ts';
import { keepCompressed } from './answer/kept-gzip.ts';
import { createLruCache } from './answer/lru-cache.ts';
import { checkFiles } from './check-files.ts';
import { descriptorLimit } from './descriptor-limit.ts';
import { formatQuery } from './foresight/label-query.ts';
import type { WorkerCounts } from './http/admin/prometheus.ts';
import { type Capacity, createCapacity } from './http/capacity.ts';
import { createHandler, type Handler } from './http/handler.ts';
import { createRequestLog, type RequestLog } from './http/request-log.ts';
import type { HttpServer } from './http/server.ts';
import { finishCommit, tidy } from './left-behind.ts';
import { type BitingLimit, limits } from './limits/limits.ts';
import { type Logger, silentLogger } from './log/log.ts';
import { type Metrics, noMetrics } from './log/metrics.ts';
import { logDoubtsOf } from './log-doubts.ts';
import { logInForce } from './log-in-force.ts';
import { foreseenAnswers } from './machines/foreseen.ts';
import { openSigner } from './open-signer.ts';
import { OpenedParts } from './opened-parts.ts';
import { assetPathOf, seenOfMessage } from './seen-requests.ts';
import type { RunningServer, ServerOptions } from './server-options.ts';
import { type Admin, prepareAdmin } from './start-admin.ts';
import { listenError } from './start-error.ts';
import { defaultMachinesSetup, type RunningMachines, type ServedAddress, startMachines } from './start-machines.ts';
import type { RunningNetboot } from './start-netboot.ts';
import { openOrigin, type RunningOrigin } from './start-origin.ts';
import { startRpc } from './start-rpc.ts';
import { fileStoreSetup, openServedStore, usesEngine } from './start-store.ts';
import type { RunningUi } from './start-ui.ts';
import { startWeb, type WebServers } from './start-web.ts';
import type { RunningWorkers } from './start-workers.ts';
import { type InheritedSockets, noSockets } from './supervisor/inherited-sockets.ts';

export { checkFiles } from './check-files.ts';
export type { RunningServer, ServerOptions } from './server-options.ts';
export { StartError } from './start-error.ts';

/** Kubernetes and systemd kill after 30 s and more. */
const defaultGraceMs = 25_000;

/** What is there later than what asks for it. */
interface Later {
  served: ServedAddress;
  isServing: boolean;
  isStopping: boolean;
  /** The handler as network boot watches it. */
  watchedHandler?: Handler;
  capacity?: Capacity;
  workers?: RunningWorkers | undefined;
  netboot?: RunningNetboot;
}

/** What every part is made with. */
interface Base {
  readonly options: ServerOptions;
  readonly dataPath: string;
  readonly assetsPath: string;
  readonly sockets: InheritedSockets;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly onLimit: (limit: BitingLimit, client: string) => void;
  readonly later: Later;
  readonly opened: OpenedParts;
}

/** What answers are made of. */
interface Core extends Base {
  readonly origin: RunningOrigin | undefined;
  readonly store: Awaited<ReturnType<typeof openServedStore>>;
  readonly known: RunningMachines;
  readonly answers: AnswerContext;
}

/** @throws StartError whose message is what the user is told */
export async function start(options: ServerOptions): Promise<RunningServer> {
  checkFiles(options);
  const opened = new OpenedParts();
  try {
    return await startParts(options, opened);
  } catch (error) {
    await opened.closeAll();
    throw error;
  }
}

async function startParts(options: ServerOptions, opened: OpenedParts): Promise<RunningServer> {
  const { logger = silentLogger, sockets = noSockets, dataPath, assetsPath } = options;
  const later: Later = {
    served: { address: '', port: 0, isTls: false },
    isServing: false,
    isStopping: false,
  };
  const onLimit = (limit: BitingLimit, client: string) => later.capacity?.overload.bit(limit, client);
  const sign = options.keyRing && (await openSigner(options.keyRing, onLimit));
  const prepared = options.admin && (await prepareAdmin(options.admin, sockets.one('admin')));
  const metrics = prepared?.metrics ?? options.metrics ?? noMetrics;
  const core = await openCore({ options, dataPath, assetsPath, sockets, logger, metrics, onLimit, later, opened });
  const { catalog } = core.store;
  const { machines, desk } = core.known;
  const capacity = opened.add(createCapacity({ logger, metrics, descriptors: descriptorLimit() }));
  later.capacity = capacity;
  const { piece } = capacity.turns;
  const rpc = options.rpc && opened.add(await startRpc(options.rpc, { ...core, catalog, machines, turn: piece }));
  const handler = core.known.watchHandler(
    createHandler({
      snapshot: () => catalog.snapshot,
      assetsPath: assetsPath === '' ? undefined : assetsPath,
      assets: core.origin?.serve,
      answers: core.answers,
      loader: (name, address) => later.netboot?.loader(name, address),
      stopping: () => later.isStopping,
      store: core.store.watch,
      reports: desk,
      sign,
    }),
  );
  const requestLog = opened.add(core.known.watchLog(createRequestLog(logger)));
  try {
    const admin = opened.add(await openAdmin(prepared, core));
    const web = opened.add(await openWeb(core, { handler, requestLog, capacity }));
    later.isServing = true;
    const root = usesEngine(options.store ?? fileStoreSetup)
      ? catalog.describe('groups').replace(/\/groups$/, '')
      : dataPath;
    logInForce(options, { snapshot: catalog.snapshot, root }, logger);
    catalog.onChange((_, applied) => logDoubtsOf(applied, logger));
    later.served = { ...web.addresses.http, isTls: options.web !== undefined && options.web.address === undefined };
    const netboot = opened.add(await openNetboot(core, web));
    if (netboot !== undefined) later.watchedHandler = netboot.watchHandler(handler);
    const page = opened.add(await openPage(core, rpc?.audit));
    const tidied = usesEngine(options.store ?? fileStoreSetup) ? undefined : tidy(dataPath, logger);
    return runningServer(core, { admin, web, rpc, netboot, page, capacity, requestLog, tidied });
  } catch (error) {
    throw listenError(error, options.address);
  }
}

async function openCore(base: Base): Promise<Core> {
  const { options, dataPath, logger, metrics, later, opened } = base;
  const origin = options.origin && opened.add(await openOrigin(options.origin, base.assetsPath, logger));
  const setup = options.store ?? fileStoreSetup;
  if (!usesEngine(setup)) await finishCommit(dataPath, logger);
  const store = opened.add(
    await openServedStore(setup, dataPath, {
      logger,
      metrics,
      onBrokenGroup: options.onBrokenGroup ?? 'hold',
      ignitionVersion: options.ignitionVersion,
      templateLibrary: options.templateLibrary,
      settled: async () => later.workers?.settled(),
    }),
  );
  const known = opened.add(
    await startMachines(options.machines ?? defaultMachinesSetup, {
      snapshot: () => store.catalog.snapshot,
      served: () => later.served,
      logger,
      onStateTaken: options.onStateTaken,
    }),
  );
  const answers: AnswerContext = {
    gzip: keepCompressed(gzip, limits.compressedBytes),
    ignitionCache: createLruCache(limits.ignitionCacheBytes),
    machines: known.machines,
  };
  return { ...base, origin, store, known, answers };
}

async function openAdmin(
  prepared: Admin | undefined,
  { options, store, known, answers, later, logger }: Core,
): Promise<HttpServer | undefined> {
  return prepared
    ?.open({
      snapshot: () => store.catalog.snapshot,
      answers: { ...answers, machines: foreseenAnswers(known.machines, known.baseUrl) },
      machines: known.machines,
      ready: () => later.isServing && !later.isStopping,
      store: store.watch,
      workers: async () => later.workers && workerCounts(later.workers),
      netboot: (after) => later.netboot?.decisions(after),
      logger,
    })
    .catch((error: unknown) => {
      throw listenError(error, options.admin!.address);
    });
}

/** HTTP from workers where there are several, else from this process. */
async function openWeb(
  core: Core,
  given: { readonly handler: Handler; readonly requestLog: RequestLog; readonly capacity: Capacity },
): Promise<WebServers> {
  const { options, later, sockets, metrics, logger } = core;
  const handler: Handler = (request) => (later.watchedHandler ?? given.handler)(request);
  later.workers = await openWorkers(core, handler);
  if (later.workers !== undefined) return later.workers;
  const { address, web } = options;
  return startWeb({ ...given, address, web, sockets, handler, metrics, logger });
}

/** The code of workers is loaded where there are some alone. */
async function openWorkers(core: Core, handler: Handler): Promise<RunningWorkers | undefined> {
  const { options, origin, store, known, later, sockets, logger, metrics, assetsPath } = core;
  const { catalog } = store;
  const { workers, address, web, keyRing, onBrokenGroup = 'hold', ignitionVersion, templateLibrary } = options;
  if (workers === undefined || workers.count < 2) return undefined;
  return (await import('./start-workers.ts')).startWorkers(workers, {
    ...{ address, sockets, catalog, machines: known.machines, handler, logger, metrics, assetsPath },
    ...{ web, signs: keyRing !== undefined, onBrokenGroup, ignitionVersion, templateLibrary },
    version: options.version ?? '',
    netboot: options.netboot !== undefined,
    counts: options.admin !== undefined,
    seen: (seen) => {
      if (seen.what === 'sending') origin?.used(assetPathOf(seen));
      if (seen.what === 'script') later.netboot?.noteTarget(seen.target);
      else known.seen(seenOfMessage(seen, catalog.snapshot));
    },
    dropped: known.droppedElsewhere,
    fill: origin?.fill,
  });
}

async function workerCounts({ pool }: RunningWorkers): Promise<WorkerCounts> {
  const { living, dead } = await pool.counts();
  return { running: pool.running, restarts: pool.restarts, counts: [...living, dead] };
}

async function openNetboot(
  { options, store, known, answers, later, assetsPath, sockets, logger, metrics }: Core,
  web: WebServers,
): Promise<RunningNetboot | undefined> {
  if (options.netboot === undefined) return undefined;
  const { startNetboot } = await import('./start-netboot.ts');
  later.netboot = await startNetboot(options.netboot, {
    snapshot: () => store.catalog.snapshot,
    onChange: (listener) => store.catalog.onChange(listener),
    http: web.addresses.http,
    statePath: options.machines?.statePath ?? '',
    machines: known,
    bootsFromDisk: (labels) => {
      const foreseen = { ...answers, machines: foreseenAnswers(known.machines, known.baseUrl) };
      return answer(store.catalog.snapshot, 'ipxe', formatQuery(labels), foreseen).story.reason === 'boot_from_disk';
    },
    labelsAt: (address, mac) => known.machines.labelsAt(address, mac),
    isStoreShared: usesEngine(options.store ?? fileStoreSetup),
    ...{ assetsPath, sockets, logger, metrics },
  });
  return later.netboot;
}

/** Its code is loaded where it is served alone. */
async function openPage(core: Core, audit: RunningRpc['audit'] | undefined): Promise<RunningUi | undefined> {
  const { ui } = core.options;
  if (ui === undefined) return undefined;
  return (await import('./start-ui.ts')).startUi(ui, {
    ...core,
    catalog: core.store.catalog,
    machines: core.known.machines,
    publicUrl: core.known.baseUrl,
    netboot: () => core.later.netboot?.report(),
    audit,
  });
}

type RunningRpc = Awaited<ReturnType<typeof startRpc>>;

interface RunningParts {
  readonly web: WebServers;
  readonly capacity: Capacity;
  readonly requestLog: RequestLog;
  readonly admin: HttpServer | undefined;
  readonly rpc: RunningRpc | undefined;
  readonly netboot: RunningNetboot | undefined;
  readonly page: RunningUi | undefined;
  readonly tidied: Promise<void> | undefined;
}

function runningServer(core: Core, parts: RunningParts): RunningServer {
  const { store, known, later } = core;
  const { web, admin, rpc, page } = parts;
  return {
    addresses: { ...web.addresses, rpc: rpc?.address, admin: admin?.address, ui: page?.address },
    pageLink: page && (page.link ?? page.url),
    machines: known.machines,
    get workers() {
      return later.workers?.pool.pids ?? [];
    },
    reload: async () => void (await Promise.all([store.catalog.reload(), rpc?.reopenLogs(), page?.reopenLogs()])),
    close: async (graceMs = defaultGraceMs) => {
      later.isStopping = true;
      await close(core, parts, graceMs);
    },
  };
}

async function close(core: Core, parts: RunningParts, graceMs: number): Promise<void> {
  const { sockets, store, known, origin } = core;
  const { web, admin, rpc, netboot, page, capacity, requestLog, tidied } = parts;
  await netboot?.close();
  // Whoever asks a socket that was handed over wants to hear of the successor.
  if (sockets.one('admin') !== undefined) await admin?.close(0);
  // Its calls end before what they ask does.
  await page?.close();
  // The server that comes next waits for the machines' state.
  await Promise.all([web.close(graceMs), known.close(), rpc?.close(), tidied]);
  // Last, so that the end can be watched.
  if (sockets.one('admin') === undefined) await admin?.close(0);
  await Promise.all([store.close(), origin?.close()]);
  capacity.close();
  requestLog.close();
}
