/** Starts the admin address: a second HTTP server, on loopback unless told otherwise, that shows how the first one fares. */
import { hostname } from 'node:os';
import type { AnswerContext } from './answer/answer.ts';
import type { Snapshot } from './data/snapshot.ts';
import type { StoreWatch } from './data/store-watch.ts';
import type { WorkerCounts } from './http/admin/prometheus.ts';
import { type HttpServer, openHttpServer } from './http/server.ts';
import type { Logger } from './log/log.ts';
import { type Metrics, noMetrics } from './log/metrics.ts';
import type { Machines } from './machines/machines.ts';
import { parseListenAddress } from './start-error.ts';

export interface AdminOptions {
  /** `host:port`, `:port` or `port`; without a host it is on loopback. */
  readonly address: string;
  readonly version: string;
}

export interface Admin {
  /** Counts what the admin address shows. */
  readonly metrics: Metrics;
  /** Opens the port. @throws the system's error */
  open(surroundings: AdminSurroundings): Promise<HttpServer>;
}

export interface AdminSurroundings {
  readonly snapshot: () => Snapshot;
  /** What the answers of the machine side depend on besides, for `/explain`. */
  readonly answers: AnswerContext;
  /** What is known of machines, for the metrics. */
  readonly machines: Machines;
  /** Whether machines are served. */
  readonly ready: () => boolean;
  /** How the server stands to its store. */
  readonly store: StoreWatch;
  /** What processes that serve beside this one have counted. */
  readonly workers: () => Promise<WorkerCounts | undefined>;
  /** Decisions of network boot behind a number; undefined where it is off. */
  readonly netboot: (after: number) => readonly object[] | undefined;
  readonly logger: Logger;
}

/** @param fd a socket that a supervisor opened, instead of the address @throws StartError for an address that is none; nothing was opened */
export async function prepareAdmin({ address, version }: AdminOptions, fd?: number): Promise<Admin> {
  const { host, port } = fd === undefined ? parseAdminAddress(address) : { host: '', port: 0 };
  // Loaded where they are used alone: most servers have no admin address.
  const { createPrometheusMetrics } = await import('./http/admin/prometheus.ts');
  const { createAdminHandler } = await import('./http/admin/handler.ts');
  const metrics = createPrometheusMetrics(version);
  const hostNames = [hostname(), host].map((name) => name.toLowerCase());
  return {
    metrics: metrics.metrics,
    open: ({ logger, ...shown }) => {
      const where =
        fd === undefined ? `${host.includes(':') ? `[${host}]` : host}:${port}` : 'the supervisor\'s socket "admin"';
      logger.info(`Starting matchbox admin server on ${where}`);
      return openHttpServer({
        host,
        port,
        fd,
        handler: createAdminHandler({ ...shown, metrics, hostNames }),
        // Scrapes every few seconds are no news, and are not to be mixed with what machines ask.
        requestLog: { finished: () => {}, close: () => {} },
        metrics: noMetrics,
        onError: (error, { method, target }) => {
          const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
          logger.error(`answering ${method} ${target} on the admin address failed: ${reason}`);
        },
      });
    },
  };
}

/** As `parseListenAddress`, but no host means loopback, and a bare port will do. @throws StartError `bad_address` */
export function parseAdminAddress(address: string): { host: string; port: number } {
  const { host, port } = parseListenAddress(/^\d+$/.test(address) ? `:${address}` : address);
  return { host: host ?? '127.0.0.1', port };
}
