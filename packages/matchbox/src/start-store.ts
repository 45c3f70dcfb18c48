/** Opens the store of the data directory's files: the folder itself, or an engine that several servers share. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemMessage } from '@matchbox/gotext';
import { type Catalog, type CatalogOptions, openCatalog } from './data/catalog.ts';
import { type Store, StoreError } from './data/store.ts';
import { type StoreWatch, watchStore } from './data/store-watch.ts';
import type { Logger } from './log/log.ts';
import { StartError } from './start-error.ts';
import { openCachedStore } from './store/cache/cached-store.ts';
import { keepCache } from './store/cache/keep-cache.ts';
import { openFileStore } from './store/file.ts';

export interface StoreSetup {
  /** `postgres://…` or `etcd://…`; '' for the files of the data path. */
  readonly url: string;
  /** A file with the URL in it, so that no password stands among the arguments; '' for none. */
  readonly urlFile: string;
  /** A file that keeps what the engine had, for a start without it; '' for none. */
  readonly cachePath?: string;
  /** The engine is taken for the truth although it has lost what the cache has. */
  readonly acceptOlder?: boolean;
  /** The engine has so long to answer a write. */
  readonly timeoutMs?: number;
  /** A server that has not reached its engine for longer is not ready; undefined: it is. */
  readonly maxStaleMs?: number | undefined;
}

export const fileStoreSetup: StoreSetup = { url: '', urlFile: '' };

/** Whether the files are in an engine, and the data path is of no consequence. */
export function usesEngine({ url, urlFile }: StoreSetup): boolean {
  return url !== '' || urlFile !== '';
}

/** Does not ask an engine anything yet. @throws StartError */
export async function openStore(setup: StoreSetup, dataPath: string): Promise<Store> {
  return usesEngine(setup) ? openEngine(storeUrl(setup)) : openFileStore(dataPath);
}

/** An engine that keeps files: its code is loaded where it is wanted. */
interface Engine {
  open(url: string): Promise<Store>;
  /** Makes what the engine needs, once. @throws StoreError */
  migrate(url: string): Promise<{ readonly from: number; readonly to: number }>;
}

const postgres: Engine = {
  open: async (url) => (await import('./store/postgres/store.ts')).openPostgresStore(url),
  migrate: async (url) => (await import('./store/postgres/store.ts')).migratePostgres(url),
};
const etcd: Engine = {
  open: async (url) => (await import('./store/etcd/store.ts')).openEtcdStore(url),
  migrate: async (url) => (await import('./store/etcd/store.ts')).migrateEtcd(url),
};
const engines: Readonly<Record<string, Engine>> = { postgres, postgresql: postgres, etcd, etcds: etcd };

/** @throws StartError for an engine that there is not */
function engineOf(url: string): Engine {
  const scheme = /^[a-z]+(?=:\/\/)/.exec(url)?.[0];
  const engine = scheme === undefined || !Object.hasOwn(engines, scheme) ? undefined : engines[scheme];
  if (engine !== undefined) return engine;
  throw new StartError(
    'bad_path',
    `-store: ${scheme === undefined ? 'no URL' : `no engine is named ${scheme}`}: wanted postgres://USER@HOST:PORT/DATABASE or etcd://HOST:PORT,HOST:PORT/PREFIX`,
  );
}

/** @throws StartError for an engine that there is not, and for a URL that is not safe */
async function openEngine(url: string): Promise<Store> {
  try {
    return await engineOf(url).open(url);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new StartError('bad_path', error.message, { cause: error });
  }
}

/** Makes what the engine of a URL needs. @throws StartError, StoreError */
export function migrateEngine(url: string): Promise<{ readonly from: number; readonly to: number }> {
  return engineOf(url).migrate(url);
}

/** @throws StartError */
export function storeUrl({ url, urlFile }: StoreSetup): string {
  if (urlFile === '') return url;
  if (url !== '') throw new StartError('bad_path', '-store and -store-url-file both name a store: give one of the two');
  try {
    return readFileSync(urlFile, 'utf8').trim();
  } catch (error) {
    throw new StartError('bad_path', `-store-url-file: open ${urlFile}: ${systemMessage(error)}`, { cause: error });
  }
}

/** The catalog of the store, and what stands around it. */
export interface ServedStore {
  readonly catalog: Catalog;
  readonly watch: StoreWatch;
  close(): Promise<void>;
}

/** Waits for an engine that cannot be reached, unless a cache is there to be served. @throws StartError */
export async function openServedStore(
  setup: StoreSetup,
  dataPath: string,
  options: CatalogOptions & { readonly logger: Logger },
): Promise<ServedStore> {
  const { logger } = options;
  const engine = await openStore(setup, dataPath);
  const hasCache = usesEngine(setup) && (setup.cachePath ?? '') !== '';
  const name = engine.describe('groups').replace(/\/groups$/, '');
  const path = setup.cachePath ?? '';
  const { acceptOlder = false, timeoutMs = defaultTimeoutMs, maxStaleMs } = setup;
  const cached = hasCache ? openCachedStore(engine, { path, name, logger, acceptOlder }) : undefined;
  const commitWithinMs = usesEngine(setup) ? timeoutMs : undefined;
  const catalog = await untilReachable(() => openCatalog(cached ?? engine, { ...options, commitWithinMs }), logger);
  const kept =
    cached &&
    keepCache({
      path,
      name,
      current: () => ({ snapshot: catalog.snapshot, position: catalog.position }),
      onChange: (listener) => catalog.onChange(listener),
      isOfStore: () => cached.source === 'engine',
      logger,
    });
  const watch = watchStore({
    catalog,
    servedFrom: () => cached?.source ?? 'engine',
    cacheWrittenAtMs: () => kept?.writtenAtMs,
    maxStaleMs,
    logger,
  });
  return {
    catalog,
    watch,
    close: async () => {
      watch.close();
      await kept?.close();
      await catalog.close();
    },
  };
}

const defaultTimeoutMs = 5_000;
const retryMs = 1000;
/** The log says so again after this long. */
const remindMs = 60_000;

/**
 * An engine that cannot be reached at the start is waited for: a whole site's power-on may bring both at once. One that refuses is not.
 * @throws StartError
 */
async function untilReachable<T>(open: () => Promise<T>, logger: Logger): Promise<T> {
  let remindedAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (error.code !== 'unavailable') throw new StartError('bad_path', `-store: ${error.message}`, { cause: error });
      if (performance.now() - remindedAt >= remindMs) {
        logger.error(`the store cannot be reached, and no machine is served until it can: ${error.message}`);
        remindedAt = performance.now();
      }
      await sleep(retryMs);
    }
  }
}
