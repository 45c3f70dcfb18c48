/** A worker: a process that serves HTTP for its primary, from a copy of what that has in force. */
import { gzip } from '@matchbox/butane/node';
import type { AnswerContext } from './answer/answer.ts';
import { keepCompressed } from './answer/kept-gzip.ts';
import { createLruCache } from './answer/lru-cache.ts';
import { openCatalog } from './data/catalog.ts';
import { descriptorLimit } from './descriptor-limit.ts';
import { KeptFiles } from './http/assets/kept-files.ts';
import { type AssetRequest, type AssetResponse, serveAsset } from './http/assets/serve.ts';
import { createCapacity } from './http/capacity.ts';
import { createHandler, type Handler } from './http/handler.ts';
import { createRequestLog } from './http/request-log.ts';
import { limits } from './limits/limits.ts';
import { createLogger, silentLogger } from './log/log.ts';
import { type Metrics, noMetrics } from './log/metrics.ts';
import { openLogSink } from './log/sink.ts';
import { RecentAnswers } from './machines/recent-answers.ts';
import {
  bytesOfSeen,
  isScriptTarget,
  type Seen,
  type SeenMessage,
  seenMessage,
  watchHandler,
  watchLog,
} from './seen-requests.ts';
import { StartError } from './start-error.ts';
import { startWeb } from './start-web.ts';
import type { WorkerReady, WorkerSetup } from './worker-setup.ts';
import { createAskingMachines } from './workers/ask-primary.ts';
import { openPrimary, type Primary } from './workers/primary.ts';

type ThePrimary = Primary<WorkerSetup, WorkerReady, SeenMessage>;

/** Serves until the primary says that it is enough, or is gone. */
export async function runWorker(): Promise<number> {
  // Terminals and service managers signal a whole group: the primary says what is to be done.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const) process.on(signal, () => {});
  process.once('disconnect', () => process.exit(1));
  const primary: ThePrimary = openPrimary({
    send: (message, onSent) => void process.send!(message, undefined, undefined, onSent),
    onMessage: (listener) => void process.on('message', listener as NodeJS.MessageListener),
  });
  const setup = await primary.setup;
  const sink = openLogSink();
  const logger = createLogger({ ...setup.log, sink: sink.write });
  try {
    await serve(primary, setup, logger);
    await sink.close();
    return 0;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    const { code, message, hint, advice } = error;
    await primary.failed({ code, message, hint, advice });
    return 1;
  } finally {
    process.disconnect();
  }
}

/** Resolves when all has ended. @throws StartError */
async function serve(primary: ThePrimary, setup: WorkerSetup, logger: ReturnType<typeof createLogger>): Promise<void> {
  const { index, count: parts, assetsPath } = setup;
  const { metrics, counts } = await countsOf(setup, primary);
  const capacity = createCapacity({ logger, metrics, descriptors: descriptorLimit(), parts });
  // The primary tells of changes and broken files.
  const catalog = await openCatalog(primary.store, {
    onBrokenGroup: setup.onBrokenGroup,
    ignitionVersion: setup.ignitionVersion,
    templateLibrary: setup.templateLibrary,
  });
  const asking = createAskingMachines(primary);
  const answers: AnswerContext = {
    gzip: keepCompressed(gzip, limits.compressedBytes / parts),
    ignitionCache: createLruCache(limits.ignitionCacheBytes / parts),
    machines: asking.machines,
  };
  let stopping = false;
  const tell = (seen: Seen) => primary.tell(seenMessage(seen), bytesOfSeen(seen));
  const handler = createHandler({
    snapshot: () => catalog.snapshot,
    assetsPath: assetsPath === '' ? undefined : assetsPath,
    assets: assetsOf(setup, primary),
    answers,
    stopping: () => stopping,
    handOn: (request) => primary.handOn(request),
    handsOnSigned: setup.signs,
  });
  const served = asking.asking(watchHandler(handler, { recent: new RecentAnswers(), tell }));
  let resolveClosed: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    resolveClosed = resolve;
  });
  const requestLog = watchLog(createRequestLog(logger), tell);
  let close: (graceMs: number) => Promise<void> = async () => {};
  primary.follow({
    inForce: () => catalog.refresh(),
    order: asking.order,
    rollouts: asking.rollouts,
    counts,
    close: (graceMs) => {
      stopping = true;
      void close(graceMs).then(resolveClosed, resolveClosed);
    },
  });
  // What is known is in force before anybody is served, and what is told from now on is waited for.
  const web = await startWeb({
    address: setup.address,
    web: setup.web,
    sockets: {
      one: (name) => socketOf(setup, name),
      all: (name) => [socketOf(setup, name)].filter((fd) => fd !== undefined),
    },
    isHandedOver: setup.isHandedOver,
    ticketKeys: setup.ticketKeys,
    capacity,
    handler: notingScripts(served, setup, primary),
    requestLog,
    metrics,
    // What all have to say is said once.
    logger: index === 0 ? quietAtStart(logger) : silentLogger,
  });
  close = async (graceMs) => {
    await web.close(graceMs);
    await catalog.close();
    capacity.close();
    requestLog.close();
  };
  primary.ready(web.addresses);
  await closed;
}

function socketOf({ sockets }: WorkerSetup, name: string): number | undefined {
  return name === 'http' ? sockets.http : name === 'https' ? sockets.https : undefined;
}

/** The primary says itself what is started. */
function quietAtStart(logger: ReturnType<typeof createLogger>): ReturnType<typeof createLogger> {
  let isQuiet = true;
  setTimeout(() => {
    isQuiet = false;
  }, 1000).unref();
  return {
    ...logger,
    info: (message, fields) => {
      if (!isQuiet) logger.info(message, fields);
    },
  };
}

/** With an origin, the primary fetches what is not here, once for all workers; machines wait until it is whole. */
function assetsOf(
  { assetsPath, count, origin }: WorkerSetup,
  primary: ThePrimary,
): (request: AssetRequest) => Promise<AssetResponse> {
  const keptFiles = new KeptFiles(limits.keptAssetsBytes / count);
  const fromFolder = (request: AssetRequest) => serveAsset(assetsPath, request, keptFiles);
  if (!origin) return fromFolder;
  return async (request) => {
    const here = await fromFolder(request);
    if (here.status !== 404) return here;
    const isKnown = await primary.fill(request.path);
    const then = await fromFolder(request);
    // Machines wait out a 503, and take a 404 for good.
    return then.status === 404 && !isKnown ? { ...then, status: 503 } : then;
  };
}

/** Network boot wants to know who has come so far as to ask for its script. */
function notingScripts(handler: Handler, { netboot }: WorkerSetup, primary: ThePrimary): Handler {
  if (!netboot) return handler;
  return (request) => {
    const { target, remoteAddress } = request;
    if (isScriptTarget(target)) primary.tell({ what: 'script', target, remoteAddress, at: Date.now() }, target.length);
    return handler(request);
  };
}

async function countsOf(setup: WorkerSetup, primary: ThePrimary) {
  if (!setup.counts) return { metrics: noMetrics, counts: async () => [] };
  const { createPrometheusMetrics } = await import('./http/admin/prometheus.ts');
  const { metrics, counts } = createPrometheusMetrics(setup.version);
  const certificateLoaded: Metrics['certificateLoaded'] = (_, validTo) => primary.certificate(validTo);
  return { metrics: { ...metrics, certificateLoaded }, counts };
}
