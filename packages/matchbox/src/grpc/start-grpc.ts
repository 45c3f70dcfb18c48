/** Starts the gRPC API: certificates, services, socket, audit trail; and stops it again. */
import type { AddressInfo } from 'node:net';
import { type ConnectRouter, createConnectRouter } from '@connectrpc/connect';
import type { AnswerContext } from '../answer/answer.ts';
import type { Catalog } from '../data/catalog.ts';
import type { BitingLimit } from '../limits/limits.ts';
import type { Turn } from '../limits/turn.ts';
import type { Logger } from '../log/log.ts';
import type { Metrics } from '../log/metrics.ts';
import type { Machines } from '../machines/machines.ts';
import { createHandshakeLog } from '../tls/handshake-log.ts';
import { renewalIntervalMs } from '../tls/renewal.ts';
import { openCertificates } from '../tls/renewed-certificates.ts';
import type { TextFiles } from '../tls/text-files.ts';
import { createApi } from './api.ts';
import { type AuditTrail, openAuditTrail } from './audit-trail.ts';
import { maxMessageBytes, reachedInterceptor } from './call-guard.ts';
import { type CertificatePaths, type LoadedCertificates, loadCertificates, pathsOf } from './certificate-files.ts';
import { createConnectionBounds } from './connection-bounds.ts';
import { Health } from './gen/grpc/health/v1/health_pb.ts';
import { registerHealth } from './health.ts';
import { registerMachines } from './machines-service.ts';
import { createMessageRoom } from './message-room.ts';
import { createNodeHandler } from './node-handler.ts';
import { type Access, createOpenConnections } from './open-connections.ts';
import { defaultReadOnlyRule, type ReadOnlyRule } from './read-only-rule.ts';
import { registerReflection } from './reflection.ts';
import { registerRollouts } from './rollouts-service.ts';
import { errorInterceptor } from './rpc-error.ts';
import { registerServices, type ServerVersion, services } from './services.ts';
import { requireUtf8 } from './strict-utf8.ts';
import { openTlsServer } from './tls-server.ts';

export interface GrpcOptions extends CertificatePaths {
  /** undefined: all addresses. */
  readonly host: string | undefined;
  /** 0: any free one, see {@link GrpcServer.address}. */
  readonly port: number;
  /** A listening socket that somebody else opened, instead of host and port. */
  readonly fd?: number | undefined;
  /** Reads the certificate files. */
  readonly files: TextFiles;
  readonly catalog: Catalog;
  readonly machines: Machines;
  /** As machines are answered. */
  readonly answers: AnswerContext;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly version: ServerVersion;
  /** Every change is appended to this file as a line of JSON. */
  readonly auditLog?: string | undefined;
  /** Every change is committed to the git repository that this folder (the data path) is in. */
  readonly gitFolder?: string | undefined;
  /** Without `readOnlyFile`, whose rules count instead and are read again when it changes. */
  readonly readOnlyRule?: ReadOnlyRule | undefined;
  /** How often the certificate files are looked at. */
  readonly certificateIntervalMs?: number | undefined;
  /** How many descriptors the process may have; undefined when unknown. */
  readonly descriptors?: number | undefined;
  /** When a call may begin. Without it the processor is shared among calls only. */
  readonly turn?: Turn | undefined;
  /** Told when a client was closed because there are too many. @param address of the client, without its port */
  readonly onLimit?: (limit: BitingLimit, address: string) => void;
  /** A connection has this long for its handshake; `limits.handshakeMs` unless told otherwise. */
  readonly handshakeTimeoutMs?: number | undefined;
  readonly now?: () => Date;
}

export interface GrpcServer {
  readonly address: AddressInfo;
  /** Whoever else changes something writes it down here, too. */
  readonly audit: AuditTrail;
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
  const { logger, metrics, now = () => new Date(), onLimit = () => {} } = options;
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
  const router = createRouter(options, audit, shutdown.signal);
  const accessOf = ({ trust, readOnlyRules }: LoadedCertificates): Access => ({
    trust,
    readOnlyRules: readOnlyRules ?? [options.readOnlyRule ?? defaultReadOnlyRule],
  });
  const clients = createOpenConnections({
    access: accessOf(certificates.first),
    logger,
    now,
    intervalMs: options.certificateIntervalMs ?? renewalIntervalMs,
  });
  const handshakeLog = createHandshakeLog({ name: 'gRPC', logger, metrics });
  const server = await openTlsServer({
    host: options.host,
    port: options.port,
    fd: options.fd,
    certificates: certificates.first,
    handle: createNodeHandler({
      router,
      identityOf: clients.identityOf,
      turn: options.turn,
      room: createMessageRoom((address) => onLimit('rpcMessageBytes', address)),
      onError: (error, path) => logger.error(`gRPC ${path}: ${error instanceof Error ? error.message : error}`),
    }),
    clients,
    bounds: createConnectionBounds({ descriptors: options.descriptors, onLimit }),
    onTakenBack: (address) => onLimit('streamResets', address),
    handshakeTimeoutMs: options.handshakeTimeoutMs,
    onHandshakeFailure: handshakeLog.failed,
  }).catch(async (error: unknown) => {
    clients.close();
    handshakeLog.close();
    await audit.close();
    throw error;
  });
  const renewal = certificates.keep((loaded) => {
    server.setCertificates(loaded);
    clients.setAccess(accessOf(loaded));
  });
  return {
    address: server.address,
    audit,
    reopenLogs: () => audit.reopen(),
    close: async () => {
      renewal.close();
      shutdown.abort();
      await server.close(shutdownGraceMs);
      clients.close();
      handshakeLog.close();
      await audit.close();
    },
  };
}

/** Every service that clients with certificates have. */
function createRouter(
  { catalog, machines, answers, version, metrics }: GrpcOptions,
  audit: AuditTrail,
  shutdownSignal: AbortSignal,
): ConnectRouter {
  const router = createConnectRouter({
    readMaxBytes: maxMessageBytes,
    acceptCompression: [],
    // Kept for nobody; a message of nothing else takes fifty times its size.
    binaryOptions: { readUnknownFields: false },
    interceptors: [reachedInterceptor, errorInterceptor],
    shutdownSignal,
  });
  const snapshot = () => catalog.snapshot;
  const api = createApi({ catalog, audit, metrics });
  registerServices(router, api, version);
  registerMachines(router, { machines, api, snapshot, answers, shutdownSignal });
  registerRollouts(router, { machines, api, snapshot });
  registerHealth(router, services, shutdownSignal);
  registerReflection(router, [...services, Health]);
  return router;
}
