/** Starts the admin address: a second HTTP server, on loopback unless told otherwise, that shows how the first one fares. */
import type { AnswerContext } from './core/answer.ts';
import type { Logger } from './core/log.ts';
import { type Metrics, noMetrics } from './core/metrics.ts';
import type { Snapshot } from './core/snapshot.ts';
import { type HttpServer, openHttpServer } from './http/server.ts';
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
  /** Whether machines are served. */
  readonly ready: () => boolean;
  readonly logger: Logger;
}

/** @throws StartError for an address that is none; nothing was opened */
export async function prepareAdmin({ address, version }: AdminOptions): Promise<Admin> {
  const { host, port } = parseAdminAddress(address);
  // Loaded where they are used alone: most servers have no admin address.
  const { createPrometheusMetrics } = await import('./http/admin/prometheus.ts');
  const { createAdminHandler } = await import('./http/admin/handler.ts');
  const metrics = createPrometheusMetrics(version);
  return {
    metrics: metrics.metrics,
    open: ({ snapshot, answers, ready, logger }) => {
      logger.info(`Starting matchbox admin server on ${host.includes(':') ? `[${host}]` : host}:${port}`);
      return openHttpServer({
        host,
        port,
        handler: createAdminHandler({ snapshot, answers, ready, metrics }),
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
