/** Starts the gRPC API as the flags ask for it, with upstream's log lines and its words for what is wrong. */

import { statSync } from 'node:fs';
import { systemMessage } from '@matchbox/gotext';
import { descriptorLimit } from './descriptor-limit.ts';
import { CertificateFileError } from './grpc/certificate-files.ts';
import { GitError } from './grpc/git-commit.ts';
import { parseReadOnlyRule } from './grpc/read-only-rule.ts';
import type { GrpcOptions, GrpcServer } from './grpc/start-grpc.ts';
import type { BitingLimit } from './limits/limits.ts';
import { listenFaultAt, listenPlace } from './listen-place.ts';
import { isListenFault, listenError, StartError } from './start-error.ts';
import type { InheritedSockets } from './supervisor/inherited-sockets.ts';
import { textFiles } from './tls/read-text-files.ts';

export interface RpcOptions extends Pick<GrpcOptions, 'certFile' | 'keyFile' | 'caFile' | 'crlFile' | 'auditLog'> {
  /** `host:port`; not looked at if there is a socket for the API. */
  readonly address: string;
  /** Every change becomes a commit in the repository of the data path. */
  readonly gitAudit?: boolean;
  /** `ATTRIBUTE=VALUE`: clients whose subject has it may only read. `@FILE`: a file with such a rule on each line. */
  readonly readOnly?: string | undefined;
  readonly version: string;
}

export interface RpcSurroundings
  extends Pick<GrpcOptions, 'catalog' | 'machines' | 'answers' | 'logger' | 'metrics' | 'turn'> {
  readonly sockets: InheritedSockets;
  readonly dataPath: string;
  /** Told when a limit bites. */
  readonly onLimit: (limit: BitingLimit, address: string) => void;
}

/** @throws StartError for the first file that is not there; nothing was started or logged */
export function checkRpcFiles(rpc: RpcOptions): void {
  const files = [
    [rpc.certFile, 'Provide a valid TLS server certificate with -cert-file'],
    [rpc.keyFile, 'Provide a valid TLS server key with -key-file'],
    [rpc.caFile, 'Provide a valid TLS certificate authority for authorizing client certificates'],
    ...(rpc.crlFile === undefined ? [] : [[rpc.crlFile, 'Provide a valid revocation list with -crl-file'] as const]),
    ...(rpc.readOnly?.startsWith('@')
      ? [[rpc.readOnly.slice(1), 'Provide a valid file of rules with -rpc-read-only=@FILE'] as const]
      : []),
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
  const { catalog, sockets, dataPath, logger, metrics } = surroundings;
  const roles = rpc.readOnly === undefined ? {} : readRoles(rpc.readOnly);
  const place = listenPlace(rpc.address, 'grpc', sockets);
  logger.info(`Starting matchbox gRPC server on ${place.text}`);
  logger.info(`Using TLS server certificate: ${rpc.certFile}`);
  logger.info(`Using TLS server key: ${rpc.keyFile}`);
  logger.info(`Using CA certificate: ${rpc.caFile} to authenticate client certificates`);
  const target = place.parse();
  // Loaded when it is wanted: it doubles the time that the server takes to start.
  const { startGrpc } = await import('./grpc/start-grpc.ts');
  try {
    return await startGrpc({
      ...rpc,
      files: textFiles,
      ...target,
      catalog,
      machines: surroundings.machines,
      answers: surroundings.answers,
      logger,
      metrics,
      turn: surroundings.turn,
      onLimit: surroundings.onLimit,
      descriptors: descriptorLimit(),
      version: { version: rpc.version, runtime: `node ${process.version} ${process.platform}/${process.arch}` },
      gitFolder: rpc.gitAudit ? dataPath : undefined,
      ...roles,
    });
  } catch (error) {
    const fault = error instanceof CertificateFileError ? await listenFaultAt(target) : undefined;
    throw startErrorOf(fault ?? error, place.text);
  }
}

function startErrorOf(error: unknown, address: string): StartError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof CertificateFileError) {
    return new StartError('bad_path', `Invalid TLS credentials: ${message}`, { cause: error });
  }
  if (error instanceof GitError) {
    const hint = '-git-audit commits to the git repository that -data-path is in, of the user that the server runs as';
    return new StartError('bad_path', message, { cause: error, hint });
  }
  return isListenFault(error) ? listenError(error, address) : new StartError('bad_path', message, { cause: error });
}

function readRoles(text: string) {
  if (text.startsWith('@')) return { readOnlyFile: text.slice(1) };
  const readOnlyRule = parseReadOnlyRule(text);
  if (readOnlyRule !== undefined) return { readOnlyRule };
  throw new StartError(
    'bad_path',
    `invalid -rpc-read-only: found ${JSON.stringify(text)}, wanted ATTRIBUTE=VALUE such as OU=read-only, or @FILE`,
  );
}
