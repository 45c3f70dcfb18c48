/** Counts what the server does, and prints it for Prometheus. The only file that knows prom-client; loaded only when wanted. */
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { answerEndpoints } from '../../answer/endpoint.ts';
import { reasons, statusOfReason } from '../../answer/failure.ts';
import { kinds } from '../../data/kind.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import type { StoreStatus } from '../../data/store-watch.ts';
import type { Metrics } from '../../log/metrics.ts';
import { takeCensus } from '../../machines/census.ts';
import { machineStates } from '../../machines/machine.ts';
import type { Machines } from '../../machines/machines.ts';
import { rolloutStates } from '../../machines/rollouts/rollout.ts';
import {
  boundLabel,
  durationBuckets,
  labelValues,
  type MetricRow,
  machineResult,
  metricTable,
  reloadBuckets,
} from './metric-table.ts';

export interface PrometheusMetrics {
  /** The hooks that the server calls. */
  readonly metrics: Metrics;
  readonly contentType: string;
  /** All metrics in the text format; those of the catalog as the snapshot says, those of machines as is known of them. */
  text(shown: Shown): Promise<string>;
  /** What other processes add to theirs. */
  counts(): Promise<Counts>;
}

/** What one process has counted, to be added up. */
export type Counts = readonly object[];

/** Processes that serve beside this one. */
export interface WorkerCounts {
  readonly running: number;
  readonly restarts: number;
  readonly counts: readonly Counts[];
}

/** What is looked at when somebody asks. */
export interface Shown {
  readonly snapshot: Snapshot;
  readonly machines?: Machines | undefined;
  readonly store?: StoreStatus | undefined;
  readonly isReady?: boolean | undefined;
  /** undefined: this process alone serves. */
  readonly workers?: WorkerCounts | undefined;
}

/** @param now milliseconds */
export function createPrometheusMetrics(version: string, now: () => number = Date.now): PrometheusMetrics {
  const registry = new Registry();
  collectProcessMetrics(registry);
  const metrics = createHooks(registry, now);
  const showCatalog = catalogGauges(registry);
  const showMachines = machineGauges(registry);
  const showStore = storeGauges(registry);
  const ready = gauge(registry, metricTable.ready);
  const workersRunning = gauge(registry, metricTable.workers);
  const workersRestarted = counter(registry, metricTable.workerRestarts);
  let restartsShown = 0;
  gauge(registry, metricTable.build).set({ version }, 1);
  return {
    metrics,
    contentType: registry.contentType,
    counts: async () => shared(await registry.getMetricsAsJSON()),
    text: async ({ snapshot, machines: known, store, isReady = true, workers }) => {
      showCatalog(snapshot);
      await known?.catchUpInTurns();
      if (known !== undefined) showMachines(known);
      if (store !== undefined) showStore(store);
      ready.set(isReady ? 1 : 0);
      workersRunning.set(workers?.running ?? 0);
      workersRestarted.inc((workers?.restarts ?? 0) - restartsShown);
      restartsShown = workers?.restarts ?? 0;
      if (workers === undefined) return registry.metrics();
      return withCounts(registry, workers.counts);
    },
  };
}

/** What is counted as it happens. */
function createHooks(registry: Registry, now: () => number): Metrics {
  const t = metricTable;
  const requests = counter(registry, t.requests);
  const duration = histogram(registry, t.duration, durationBuckets);
  const assetBytes = counter(registry, t.assetBytes);
  const machines = counter(registry, t.machines);
  const reloads = histogram(registry, t.reloads, reloadBuckets);
  const lastReload = gauge(registry, t.lastReload);
  const tlsFailures = counter(registry, t.tlsFailures);
  const certificateExpiry = gauge(registry, t.certificateExpiry);
  const writes = counter(registry, t.writes);
  const limited = counter(registry, t.limited);
  const netbootPackets = counter(registry, t.netbootPackets);
  const leasesUnkept = counter(registry, t.leasesUnkept);
  const transfers = counter(registry, t.transfers);
  const dhcpServers = gauge(registry, t.dhcpServers);
  // A counter that appears with its first event has no increase to alert on.
  for (const result of labelValues.result) machines.inc({ result }, 0);
  for (const cause of labelValues.cause) tlsFailures.inc({ cause }, 0);
  for (const endpoint of answerEndpoints) {
    for (const reason of reasons) {
      if (statusOfReason[reason] === 500) requests.inc({ endpoint, outcome: '5xx', reason }, 0);
    }
  }
  for (const limit of labelValues.limit) limited.inc({ limit }, 0);
  for (const kind of kinds) {
    for (const method of labelValues.method) writes.inc({ kind, method, written: 'failed' }, 0);
  }
  return {
    requestFinished: (finished) => {
      const endpoint = boundLabel('endpoint', finished.endpoint);
      const reason = boundLabel('reason', finished.reason);
      const outcome = boundLabel('outcome', `${Math.floor(finished.status / 100)}xx`);
      requests.inc({ endpoint, outcome, reason });
      duration.observe({ endpoint }, finished.seconds);
      if (endpoint === 'assets' && finished.status < 300) assetBytes.inc(finished.bytes);
      const result = machineResult(finished.endpoint, finished.reason);
      if (result !== undefined) machines.inc({ result });
    },
    reloaded: ({ seconds }) => {
      reloads.observe(seconds);
      lastReload.set(now() / 1000);
    },
    tlsFailed: (reason) => tlsFailures.inc({ cause: boundLabel('cause', reason) }),
    certificateLoaded: (server, validTo) => certificateExpiry.set({ server }, validTo.getTime() / 1000),
    limited: (limit) => limited.inc({ limit: boundLabel('limit', limit) }),
    netbootDecided: (rule) => netbootPackets.inc({ rule: boundLabel('rule', rule) }),
    leaseUnkept: (outcome) => leasesUnkept.inc({ unkept: boundLabel('unkept', outcome) }),
    transferEnded: (ending) => transfers.inc({ ending: boundLabel('ending', ending) }),
    dhcpServersSeen: (count) => dhcpServers.set(count),
    written: (kind, method, outcome) => writes.inc({ kind, method, written: boundLabel('written', outcome) }),
  };
}

/** What workers count, and what they use. */
const sharedNames: ReadonlySet<string> = new Set([
  ...[metricTable.requests, metricTable.duration, metricTable.assetBytes, metricTable.machines].map(({ name }) => name),
  ...[metricTable.tlsFailures, metricTable.limited].map(({ name }) => name),
  'process_cpu_user_seconds_total',
  'process_cpu_system_seconds_total',
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'process_open_fds',
]);

function shared(all: Counts): Counts {
  return all.filter((metric) => sharedNames.has((metric as { name: string }).name));
}

/** What is left of a process that has ended: what it counted, not what it used. */
export async function mergeCounts(all: readonly Counts[]): Promise<Counts> {
  const merged = await AggregatorRegistry.aggregate(all as object[][]).getMetricsAsJSON();
  return merged.filter(({ type }) => `${type}` === 'counter' || `${type}` === 'histogram');
}

async function withCounts(registry: Registry, others: readonly Counts[]): Promise<string> {
  const own = shared(await registry.getMetricsAsJSON());
  const sum = AggregatorRegistry.aggregate([own, ...others] as object[][]);
  const texts = registry
    .getMetricsAsArray()
    .map(({ name }) => (sharedNames.has(name) ? sum : registry).getSingleMetricAsString(name));
  return `${(await Promise.all(texts)).join('\n\n')}\n`;
}

/** Read when somebody asks: a write over gRPC changes the catalog without a reload. */
function catalogGauges(registry: Registry): (snapshot: Snapshot) => void {
  const files = gauge(registry, metricTable.catalogFiles);
  const broken = gauge(registry, metricTable.brokenFiles);
  const unreadable = gauge(registry, metricTable.unreadableFolders);
  return (snapshot) => {
    for (const kind of kinds) {
      files.set({ kind }, snapshot.files(kind).filter(({ value }) => value !== undefined).length);
      broken.set({ kind }, snapshot.broken.filter((file) => file.kind === kind).length);
    }
    unreadable.set([...snapshot.folderFaults.values()].filter(({ code }) => code !== 'not_found').length);
  };
}

function storeGauges(registry: Registry): (status: StoreStatus) => void {
  const revision = gauge(registry, metricTable.storeRevision);
  const behind = gauge(registry, metricTable.storeRevisionsBehind);
  const behindSeconds = gauge(registry, metricTable.storeBehindSeconds);
  const lostSince = gauge(registry, metricTable.storeLostSince);
  const servedFrom = gauge(registry, metricTable.servedFrom);
  const cacheWritten = gauge(registry, metricTable.storeCacheWritten);
  return ({ position, heard, lost, servedFrom: from, cacheWrittenAtMs = 0 }) => {
    revision.set(position.revision);
    behind.set(heard.epoch === position.epoch ? Math.max(0, heard.revision - position.revision) : 0);
    behindSeconds.set((lost?.forMs ?? 0) / 1000);
    lostSince.set((lost?.sinceMs ?? 0) / 1000);
    for (const source of labelValues.source) servedFrom.set({ source }, from === source ? 1 : 0);
    cacheWritten.set(cacheWrittenAtMs / 1000);
  };
}

/** Counted when somebody asks: 100,000 records take some milliseconds. */
function machineGauges(registry: Registry): (machines: Machines) => void {
  const byState = gauge(registry, metricTable.machinesByState);
  const byFlag = gauge(registry, metricTable.machinesByFlag);
  const oldestStall = gauge(registry, metricTable.oldestStall);
  const dropped = gauge(registry, metricTable.eventsDropped);
  const showRollouts = rolloutGauges(registry);
  return (machines) => {
    const { states, inbox, loops, held, oldestStallSeconds } = takeCensus(machines.registry.all(), machines.now);
    for (const state of machineStates) byState.set({ state }, states[state]);
    byFlag.set({ flag: 'inbox' }, inbox);
    byFlag.set({ flag: 'loop' }, loops);
    byFlag.set({ flag: 'held' }, held);
    oldestStall.set(oldestStallSeconds);
    dropped.set(machines.dropped);
    showRollouts(machines);
  };
}

/** A hundred rollouts at most, so that there is an end to the names. */
function rolloutGauges(registry: Registry): (machines: Machines) => void {
  const byPhase = gauge(registry, metricTable.rollouts);
  const byPart = gauge(registry, metricTable.rolloutMachines);
  return ({ rollouts, now }) => {
    for (const phase of rolloutStates)
      byPhase.set({ phase }, rollouts.all().filter(({ rollout }) => rollout.state === phase).length);
    byPart.reset();
    for (const roll of rollouts.all()) {
      const { begun, succeeded, failures } = roll.tally(now);
      const { name } = roll.rollout;
      byPart.set({ rollout: name, part: 'begun' }, begun);
      byPart.set({ rollout: name, part: 'succeeded' }, succeeded);
      byPart.set({ rollout: name, part: 'failed' }, failures);
    }
  };
}

/** Quirk: prom-client (lib/metrics/processHandles.js and its like) names some gauges of Node `…_total`, which promtool refuses in a gauge. We leave those out. */
function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const { name } of registry.getMetricsAsArray()) {
    if (/^nodejs_/.test(name) && /_total$/.test(name)) registry.removeSingleMetric(name);
  }
}

function counter(registers: Registry, { name, help, labels }: MetricRow): Counter {
  return new Counter({ name, help, labelNames: [...labels], registers: [registers] });
}

function gauge(registers: Registry, { name, help, labels }: MetricRow): Gauge {
  return new Gauge({ name, help, labelNames: [...labels], registers: [registers] });
}

function histogram(registers: Registry, { name, help, labels }: MetricRow, buckets: number[]): Histogram {
  return new Histogram({ name, help, labelNames: [...labels], buckets, registers: [registers] });
}
