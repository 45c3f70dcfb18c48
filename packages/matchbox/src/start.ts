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
import type { HttpServer } from './http/server.ts';
import { createSigner, KeyRingError, type Sign } from './http/signer.ts';
import { type AdminOptions, prepareAdmin } from './start-admin.ts';
import { listenError, StartError } from './start-error.ts';
import { checkRpcFiles, type RpcOptions, startRpc } from './start-rpc.ts';
import { checkWeb, startWeb, type WebTlsOptions } from './start-web.ts';
import { systemMessage } from './store/errno.ts';
import { openFileStore } from './store/file.ts';
import { removeStaleTemporaries } from './store/stale-temporaries.ts';

export { StartError } from './start-error.ts';

export interface ServerOptions {
  /** `host:port`; an empty host means all addresses, port 0 any free one. */
  readonly address: string;
  readonly dataPath: string;
  /** '' switches assets off. */
  readonly assetsPath: string;
  readonly onBrokenGroup?: 'hold' | 'skip';
  /** Serve HTTPS with these files: instead of HTTP, or beside it on an address of its own. */
  readonly web?: WebTlsOptions | undefined;
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
    /** Of `address`, which is HTTPS if that is served instead of HTTP. */
    readonly http: AddressInfo;
    /** Of HTTPS beside HTTP. */
    readonly https: AddressInfo | undefined;
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
  checkWeb(address, options.web);
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
    admin = await preparedAdmin
      ?.open({ snapshot: () => catalog.snapshot, answers, ready: () => serving && !stopping, logger })
      .catch((error: unknown) => {
        throw listenError(error, options.admin!.address);
      });
    const web = await startWeb({ address, web: options.web, handler, requestLog, metrics, logger });
    serving = true;
    const tidied = tidy(dataPath, logger);
    return {
      addresses: { ...web.addresses, rpc: rpc?.address, admin: admin?.address },
      reload: async () => void (await Promise.all([catalog.reload(), rpc?.reopenLogs()])),
      close: async (graceMs = defaultGraceMs) => {
        stopping = true;
        await Promise.all([web.close(graceMs), rpc?.close(), tidied]);
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
    throw listenError(error, address);
  }
}

/** Nobody waits for it: the server is up meanwhile. */
async function tidy(dataPath: string, logger: Logger): Promise<void> {
  for (const file of await removeStaleTemporaries(dataPath)) {
    logger.info('removed a file that a killed process had left half-written', { file });
  }
}

async function openSigner({ path, passphrase }: { path: string; passphrase: string | undefined }): Promise<Sign> {
  let keyRing: Uint8Array;
  try {
    keyRing = readFileSync(path);
  } catch (error) {
    const advice = '-key-ring-path names a file that this made: gpg --export-secret-keys KEY > FILE';
    throw new StartError('bad_path', `open ${path}: ${systemMessage(error)}`, { cause: error, advice });
  }
  try {
    return await createSigner(keyRing, passphrase);
  } catch (error) {
    if (!(error instanceof KeyRingError)) throw error;
    throw new StartError('bad_key_ring', error.message, {
      cause: error,
      hint: `-key-ring-path=${path}: ${error.hint}`,
    });
  }
}

function checkFolders(dataPath: string, assetsPath: string): void {
  if (!isFolder(dataPath)) {
    const advice = `There is no folder ${JSON.stringify(dataPath)}: -data-path names the one that has groups/ and profiles/ in it.`;
    throw new StartError('bad_path', 'A valid -data-path is required', { advice });
  }
  if (assetsPath !== '' && !isFolder(assetsPath)) {
    const advice = "There is no such folder: make it, name another with -assets-path, or serve none: -assets-path=''";
    const message = `Provide a valid -assets-path or '' to disable asset serving: ${assetsPath}`;
    throw new StartError('bad_path', message, { advice });
  }
}

function isFolder(path: string): boolean {
  return path !== '' && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
}
