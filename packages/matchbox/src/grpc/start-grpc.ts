/** Starts the gRPC API: certificates, services, socket, audit trail; and stops it again. */
import type { AddressInfo } from 'node:net';
import { createConnectRouter } from '@connectrpc/connect';
import type { Catalog } from '../core/catalog.ts';
import type { Logger } from '../core/log.ts';
import type { Metrics } from '../core/metrics.ts';
import { createApi } from './api.ts';
import { openAuditTrail } from './audit-trail.ts';
import { maxMessageBytes, reachedInterceptor } from './call-guard.ts';
import { type LoadedCertificates, loadCertificates, watchCertificates } from './certificate-files.ts';
import { Health } from './gen/grpc/health/v1/health_pb.ts';
import { registerHealth } from './health.ts';
import { defaultReadOnlyRule, type ReadOnlyRule } from './identity.ts';
import { createNodeHandler } from './node-handler.ts';
import { registerReflection } from './reflection.ts';
import { errorInterceptor } from './rpc-error.ts';
import { registerServices, type ServerVersion, services } from './services.ts';
import { requireUtf8 } from './strict-utf8.ts';
import { openTlsServer } from './tls-server.ts';

export interface GrpcOptions {
  /** undefined: all addresses. */
  readonly host: string | undefined;
  /** 0: any free one, see {@link GrpcServer.address}. */
  readonly port: number;
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  readonly crlFile?: string | undefined;
  readonly catalog: Catalog;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly version: ServerVersion;
  /** Every change is appended to this file as a line of JSON. */
  readonly auditLog?: string | undefined;
  /** Every change is committed to the git repository that this folder (the data path) is in. */
  readonly gitFolder?: string | undefined;
  readonly readOnlyRule?: ReadOnlyRule | undefined;
  /** How often the certificate files are looked at. */
  readonly certificateIntervalMs?: number;
  readonly now?: () => Date;
}

export interface GrpcServer {
  readonly address: AddressInfo;
  /** Opens the audit log anew, after it was rotated. */
  reopenLogs(): Promise<void>;
  /** Stops accepting, lets running calls finish for a few seconds, writes what is still to be written. */
  close(): Promise<void>;
}

const shutdownGraceMs = 5_000;
const expirySoonMs = 30 * 24 * 60 * 60 * 1000;

/**
 * @throws CertificateFileError before anything is listening; the error of listen(2), such as EADDRINUSE; Error if the audit
 *   file cannot be opened or the data path is in no git repository
 */
export async function startGrpc(options: GrpcOptions): Promise<GrpcServer> {
  requireUtf8();
  const { catalog, logger, metrics, now = () => new Date() } = options;
  const certificates = await loadCertificates(options);
  const audit = await openAuditTrail({ auditLog: options.auditLog, gitFolder: options.gitFolder, logger, now });
  const shutdown = new AbortController();
  const router = createConnectRouter({
    readMaxBytes: maxMessageBytes,
    acceptCompression: [],
    interceptors: [reachedInterceptor, errorInterceptor],
    shutdownSignal: shutdown.signal,
  });
  registerServices(router, createApi({ catalog, audit, metrics }), options.version);
  registerHealth(router, services, shutdown.signal);
  registerReflection(router, [...services, Health]);
  const server = await openTlsServer({
    host: options.host,
    port: options.port,
    certificates,
    handle: createNodeHandler({
      router,
      readOnlyRule: options.readOnlyRule ?? defaultReadOnlyRule,
      onError: (error, path) => logger.error(`gRPC ${path}: ${error instanceof Error ? error.message : error}`),
    }),
    onHandshakeFailure: ({ reason, text }, remoteAddress) => {
      metrics.tlsFailed(reason);
      logger.warn(`gRPC: TLS handshake with ${remoteAddress} failed: ${text}`, { reason });
    },
  }).catch(async (error: unknown) => {
    await audit.close();
    throw error;
  });
  warnOfExpiry(certificates, options, now());
  const watcher = watchCertificates(
    options,
    options.certificateIntervalMs ?? 2_000,
    (loaded) => {
      server.setCertificates(loaded);
      logger.info(
        `gRPC: new certificate files are in use; ${options.certFile} is valid to ${loaded.validTo.toISOString()}`,
      );
      warnOfExpiry(loaded, options, now());
    },
    (error) =>
      logger.warn(
        `gRPC: the certificate files have changed and cannot be used, the old ones stay in use: ${error.message}`,
      ),
  );
  return {
    address: server.address,
    reopenLogs: () => audit.reopen(),
    close: async () => {
      watcher.close();
      shutdown.abort();
      await server.close(shutdownGraceMs);
      await audit.close();
    },
  };
}

function warnOfExpiry(certificates: LoadedCertificates, { logger, certFile }: GrpcOptions, now: Date): void {
  const leftMs = certificates.validTo.getTime() - now.getTime();
  if (leftMs > expirySoonMs) return;
  const verb = leftMs < 0 ? 'expired' : 'expires';
  logger.warn(
    `gRPC: ${certFile} ${verb} on ${certificates.validTo.toISOString()}; renew it with 'matchbox certs renew'`,
  );
}
