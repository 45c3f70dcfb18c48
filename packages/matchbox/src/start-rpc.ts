/** Starts the gRPC API as the flags ask for it, with upstream's log lines and its words for what is wrong. */
import { statSync } from 'node:fs';
import type { Catalog } from './core/catalog.ts';
import type { Logger } from './core/log.ts';
import type { Metrics } from './core/metrics.ts';
import { CertificateFileError } from './grpc/certificate-files.ts';
import type { GrpcServer } from './grpc/start-grpc.ts';
import { listenAdvice, parseListenAddress, StartError } from './start-error.ts';
import { systemMessage } from './store/errno.ts';
import { textFiles } from './store/text-files.ts';

export interface RpcOptions {
  /** `host:port` */
  readonly address: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  /** Revocation lists that client certificates are looked up in. */
  readonly crlFile?: string | undefined;
  /** Every change becomes a line of JSON here. */
  readonly auditLog?: string | undefined;
  /** Every change becomes a commit in the repository of the data path. */
  readonly gitAudit?: boolean;
  /** `ATTRIBUTE=VALUE`: clients whose subject has it may only read. */
  readonly readOnly?: string | undefined;
  readonly version: string;
}

export interface RpcSurroundings {
  readonly catalog: Catalog;
  readonly dataPath: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** @throws StartError for the first file that is not there; nothing was started or logged */
export function checkRpcFiles(rpc: RpcOptions): void {
  const files = [
    [rpc.certFile, 'Provide a valid TLS server certificate with -cert-file'],
    [rpc.keyFile, 'Provide a valid TLS server key with -key-file'],
    [rpc.caFile, 'Provide a valid TLS certificate authority for authorizing client certificates'],
    ...(rpc.crlFile === undefined ? [] : [[rpc.crlFile, 'Provide a valid revocation list with -crl-file'] as const]),
  ] as const;
  for (const [file, demand] of files) {
    try {
      statSync(file);
    } catch (error) {
      throw new StartError('bad_path', `${demand}: stat ${file}: ${systemMessage(error)}`, { cause: error });
    }
  }
}

/** @throws StartError whose message is what the user is told */
export async function startRpc(rpc: RpcOptions, surroundings: RpcSurroundings): Promise<GrpcServer> {
  const { catalog, dataPath, logger, metrics } = surroundings;
  const readOnlyRule = rpc.readOnly === undefined ? undefined : await readReadOnlyRule(rpc.readOnly);
  if (rpc.readOnly !== undefined && readOnlyRule === undefined) {
    throw new StartError(
      'bad_path',
      `invalid -rpc-read-only: found ${JSON.stringify(rpc.readOnly)}, wanted ATTRIBUTE=VALUE such as OU=read-only`,
    );
  }
  logger.info(`Starting matchbox gRPC server on ${rpc.address}`);
  logger.info(`Using TLS server certificate: ${rpc.certFile}`);
  logger.info(`Using TLS server key: ${rpc.keyFile}`);
  logger.info(`Using CA certificate: ${rpc.caFile} to authenticate client certificates`);
  const { host, port } = parseListenAddress(rpc.address);
  // Loaded when it is wanted: it doubles the time that the server takes to start.
  const { startGrpc } = await import('./grpc/start-grpc.ts');
  try {
    return await startGrpc({
      ...rpc,
      files: textFiles,
      host,
      port,
      catalog,
      logger,
      metrics,
      version: { version: rpc.version, runtime: `node ${process.version} ${process.platform}/${process.arch}` },
      gitFolder: rpc.gitAudit ? dataPath : undefined,
      readOnlyRule,
    });
  } catch (error) {
    throw startErrorOf(error, rpc.address);
  }
}

function startErrorOf(error: unknown, address: string): StartError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof CertificateFileError) {
    return new StartError('bad_path', `Invalid TLS credentials: ${message}`, { cause: error });
  }
  const syscall = error instanceof Error && 'syscall' in error ? error.syscall : undefined;
  if (message.startsWith('git ')) {
    const hint = '-git-audit commits to the git repository that -data-path is in, of the user that the server runs as';
    return new StartError('bad_path', message, { cause: error, hint });
  }
  if (syscall !== 'listen' && syscall !== 'getaddrinfo') return new StartError('bad_path', message, { cause: error });
  const reason = syscall === 'listen' ? `bind: ${listenReason(error)}` : 'no such host';
  return new StartError('listen_failed', `failed to start listening: listen tcp ${address}: ${reason}`, {
    cause: error,
    advice: listenAdvice(error, address),
  });
}

function listenReason(error: unknown): string {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'address already in use',
    EADDRNOTAVAIL: 'cannot assign requested address',
  };
  return reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? systemMessage(error);
}

/** Only with the API: what it imports takes a server that serves machines alone a quarter of its start-up. */
async function readReadOnlyRule(text: string) {
  const { parseReadOnlyRule } = await import('./grpc/identity.ts');
  return parseReadOnlyRule(text);
}
