/** Starts the gRPC API: certificates, services, socket, audit trail; and stops it again. */
import type { AddressInfo } from 'node:net';
import { createConnectRouter } from '@connectrpc/connect';
import type { Catalog } from '../core/catalog.ts';
import { createHandshakeLog } from '../core/handshake-log.ts';
import type { Logger } from '../core/log.ts';
import type { Metrics } from '../core/metrics.ts';
import { openCertificates } from '../core/renewed-certificates.ts';
import type { TextFiles } from '../core/text-files.ts';
import { createApi } from './api.ts';
import { openAuditTrail } from './audit-trail.ts';
import { maxMessageBytes, reachedInterceptor } from './call-guard.ts';
import { loadCertificates, pathsOf } from './certificate-files.ts';
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
  /** Reads the certificate files. */
  readonly files: TextFiles;
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
  readonly certificateIntervalMs?: number | undefined;
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

/**
 * @throws CertificateFileError before anything is listening; the error of listen(2), such as EADDRINUSE; Error if the audit
 *   file cannot be opened or the data path is in no git repository
 */
export async function startGrpc(options: GrpcOptions): Promise<GrpcServer> {
  requireUtf8();
  const { catalog, logger, metrics, now = () => new Date() } = options;
  const certificates = await openCertificates({
    server: 'grpc',
    files: options.files,
    paths: pathsOf(options),
    load: () => loadCertificates(options.files, options),
    advice: "renew it with 'matchbox certs renew'",
    logger,
    metrics,
    intervalMs: options.certificateIntervalMs,
    now,
  });
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
  const handshakeLog = createHandshakeLog({ name: 'gRPC', logger, metrics });
  const server = await openTlsServer({
    host: options.host,
    port: options.port,
    certificates: certificates.first,
    handle: createNodeHandler({
      router,
      readOnlyRule: options.readOnlyRule ?? defaultReadOnlyRule,
      onError: (error, path) => logger.error(`gRPC ${path}: ${error instanceof Error ? error.message : error}`),
    }),
    onHandshakeFailure: handshakeLog.failed,
  }).catch(async (error: unknown) => {
    handshakeLog.close();
    await audit.close();
    throw error;
  });
  const renewal = certificates.keep(server.setCertificates);
  return {
    address: server.address,
    reopenLogs: () => audit.reopen(),
    close: async () => {
      renewal.close();
      shutdown.abort();
      await server.close(shutdownGraceMs);
      handshakeLog.close();
      await audit.close();
    },
  };
}
