/** Introduces everybody: store, catalog, HTTP server. The only place that knows them all. */
import { readFileSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { gzip } from '@matchbox/butane/node';
import type { AnswerContext } from './core/answer.ts';
import { openCatalog } from './core/catalog.ts';
import { type Logger, silentLogger } from './core/log.ts';
import { createLruCache } from './core/lru-cache.ts';
import { type Metrics, noMetrics } from './core/metrics.ts';
import { createHandler } from './http/handler.ts';
import { createRequestLog } from './http/request-log.ts';
import { type HttpServer, openHttpServer } from './http/server.ts';
import { createSigner, KeyRingError, type Sign } from './http/signer.ts';
import { type AdminOptions, prepareAdmin } from './start-admin.ts';
import { parseListenAddress, StartError } from './start-error.ts';
import { checkRpcFiles, type RpcOptions, startRpc } from './start-rpc.ts';
import { errnoOf, systemMessage } from './store/errno.ts';
import { openFileStore } from './store/file.ts';

export { StartError } from './start-error.ts';

export interface ServerOptions {
  /** `host:port`; an empty host means all addresses, port 0 any free one. */
  readonly address: string;
  readonly dataPath: string;
  /** '' switches assets off. */
  readonly assetsPath: string;
  readonly onBrokenGroup?: 'hold' | 'skip';
  /** Serve HTTPS instead of HTTP with these files. */
  readonly web?: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** Sign answers with the first private key of this ring. */
  readonly keyRing?: { readonly path: string; readonly passphrase: string | undefined } | undefined;
  /** Serve the gRPC API too. */
  readonly rpc?: RpcOptions | undefined;
  /** Serve metrics and health on an address of their own. */
  readonly admin?: AdminOptions | undefined;
  readonly logger?: Logger;
  /** Counts what happens; with `admin`, what the admin address shows is counted and nothing else. */
  readonly metrics?: Metrics;
}

export interface RunningServer {
  readonly addresses: {
    readonly http: AddressInfo;
    readonly rpc: AddressInfo | undefined;
    readonly admin: AddressInfo | undefined;
  };
  /** Reads what changed in the data directory, opens log files anew; resolves when both are in force. */
  reload(): Promise<void>;
  /** Stops gracefully: downloads may finish, for `graceMs` at most (25 s unless said otherwise). */
  close(graceMs?: number): Promise<void>;
}

/** Translated Ignition configs kept, in bytes. */
const ignitionCacheBytes = 64 * 1024 * 1024;
/** Kubernetes and systemd kill after 30 s and more. */
const defaultGraceMs = 25_000;

/** @throws StartError whose message is what the user is told */
export async function start(options: ServerOptions): Promise<RunningServer> {
  const { logger = silentLogger, dataPath, assetsPath, address } = options;
  checkFolders(dataPath, assetsPath);
  if (options.rpc) checkRpcFiles(options.rpc);
  const tls = options.web && readTls(options.web);
  const sign = options.keyRing && (await openSigner(options.keyRing));
  const preparedAdmin = options.admin && (await prepareAdmin(options.admin));
  const metrics = preparedAdmin?.metrics ?? options.metrics ?? noMetrics;
  const catalog = await openCatalog(openFileStore(dataPath), {
    logger,
    metrics,
    onBrokenGroup: options.onBrokenGroup ?? 'hold',
  });
  const closeOnFailure = async (error: unknown): Promise<never> => {
    await catalog.close();
    throw error;
  };
  const rpc =
    options.rpc && (await startRpc(options.rpc, { catalog, dataPath, logger, metrics }).catch(closeOnFailure));
  logger.info(`Starting matchbox ${tls ? 'HTTPS' : 'HTTP'} server on ${address}`);
  if (options.web) {
    logger.info(`Using SSL server certificate: ${options.web.certFile}`);
    logger.info(`Using SSL server key: ${options.web.keyFile}`);
  }
  let stopping = false;
  const answers: AnswerContext = { gzip, ignitionCache: createLruCache(ignitionCacheBytes) };
  const handler = createHandler({
    snapshot: () => catalog.snapshot,
    assetsPath: assetsPath === '' ? undefined : assetsPath,
    answers,
    stopping: () => stopping,
    sign,
  });
  const requestLog = createRequestLog(logger);
  let serving = false;
  let admin: HttpServer | undefined;
  try {
    const { host, port } = parseListenAddress(address);
    admin = await preparedAdmin
      ?.open({ snapshot: () => catalog.snapshot, answers, ready: () => serving && !stopping, logger })
      .catch((error: unknown) => {
        throw listenError(error, options.admin!.address);
      });
    const server = await openHttpServer({
      host,
      port,
      handler,
      requestLog,
      metrics,
      tls,
      onError: (error, request) => {
        const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
        logger.error(`answering ${request.method} ${request.target} failed: ${reason}`);
      },
    });
    serving = true;
    return {
      addresses: { http: server.address, rpc: rpc?.address, admin: admin?.address },
      reload: async () => void (await Promise.all([catalog.reload(), rpc?.reopenLogs()])),
      close: async (graceMs = defaultGraceMs) => {
        stopping = true;
        await Promise.all([server.close(graceMs), rpc?.close()]);
        // Last, so that the end can be watched.
        await admin?.close(0);
        await catalog.close();
        requestLog.close();
      },
    };
  } catch (error) {
    await Promise.all([rpc?.close(), admin?.close(0)]);
    await catalog.close();
    requestLog.close();
    throw error instanceof StartError ? error : listenError(error, address);
  }
}

function listenError(cause: unknown, address: string): StartError {
  return new StartError('listen_failed', `failed to start listening: ${listenFault(cause, address)}`, { cause });
}

async function openSigner({ path, passphrase }: { path: string; passphrase: string | undefined }): Promise<Sign> {
  let keyRing: Uint8Array;
  try {
    keyRing = readFileSync(path);
  } catch (error) {
    throw new StartError('bad_path', `open ${path}: ${systemMessage(error)}`, { cause: error });
  }
  try {
    return await createSigner(keyRing, passphrase);
  } catch (error) {
    if (!(error instanceof KeyRingError)) throw error;
    throw new StartError('bad_key_ring', error.message, { cause: error });
  }
}

function checkFolders(dataPath: string, assetsPath: string): void {
  if (!isFolder(dataPath)) throw new StartError('bad_path', 'A valid -data-path is required');
  if (assetsPath !== '' && !isFolder(assetsPath)) {
    throw new StartError('bad_path', `Provide a valid -assets-path or '' to disable asset serving: ${assetsPath}`);
  }
}

function isFolder(path: string): boolean {
  return path !== '' && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
}

function readTls({ certFile, keyFile }: { certFile: string; keyFile: string }): { cert: string; key: string } {
  const read = (file: string, what: string) => {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      const verb = errnoOf(error) === 'ENOENT' ? 'stat' : 'open';
      throw new StartError('bad_path', `Provide a valid SSL server ${what}: ${verb} ${file}: ${systemMessage(error)}`);
    }
  };
  return { cert: read(certFile, 'certificate with -web-cert-file'), key: read(keyFile, 'key with -web-key-file') };
}

function listenFault(error: unknown, address: string): string {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'bind: address already in use',
    EACCES: 'bind: permission denied',
    EADDRNOTAVAIL: 'bind: cannot assign requested address',
    ENOTFOUND: 'no such host',
  };
  const code = errnoOf(error) ?? '';
  if (reasons[code]) return `listen tcp ${address}: ${reasons[code]}`;
  const tls = tlsFaults.find(({ pattern }) => pattern.test(error instanceof Error ? error.message : ''));
  return tls?.message ?? `listen tcp ${address}: ${systemMessage(error)}`;
}

/** OpenSSL's words for what is wrong with a certificate and its key, and Go's. */
const tlsFaults = [
  { pattern: /no start line/i, message: 'tls: failed to find any PEM data in certificate input' },
  { pattern: /key values mismatch/i, message: 'tls: private key does not match public key' },
];
