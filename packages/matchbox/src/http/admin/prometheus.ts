/** Counts what the server does, and prints it for Prometheus. The only file that knows prom-client; loaded only when wanted. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { configEndpoints } from '../../core/endpoint.ts';
import { reasons, statusOfReason } from '../../core/failure.ts';
import { kinds } from '../../core/kind.ts';
import type { Metrics } from '../../core/metrics.ts';
import type { Snapshot } from '../../core/snapshot.ts';
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
  /** All metrics in the text format; those of the catalog as the snapshot says. */
  text(snapshot: Snapshot): Promise<string>;
}

/** @param now milliseconds */
export function createPrometheusMetrics(version: string, now: () => number = Date.now): PrometheusMetrics {
  const registry = new Registry();
  collectProcessMetrics(registry);
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
  const showCatalog = catalogGauges(registry);
  gauge(registry, t.build).set({ version }, 1);
  // A counter that appears with its first event has no increase to alert on.
  for (const result of labelValues.result) machines.inc({ result }, 0);
  for (const cause of labelValues.cause) tlsFailures.inc({ cause }, 0);
  for (const endpoint of configEndpoints) {
    for (const reason of reasons) {
      if (statusOfReason[reason] === 500) requests.inc({ endpoint, outcome: '5xx', reason }, 0);
    }
  }
  for (const kind of kinds) {
    for (const method of labelValues.method) writes.inc({ kind, method, written: 'failed' }, 0);
  }
  const metrics: Metrics = {
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
    written: (kind, method, outcome) => writes.inc({ kind, method, written: boundLabel('written', outcome) }),
  };
  return {
    metrics,
    contentType: registry.contentType,
    text: (snapshot) => {
      showCatalog(snapshot);
      return registry.metrics();
    },
  };
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

/** Quirk: prom-client names some gauges of Node `…_total`, which promtool refuses in a gauge. We leave those out. */
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
