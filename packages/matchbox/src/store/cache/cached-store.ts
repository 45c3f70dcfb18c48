/** A store whose engine may be away when the server starts: what a cache file keeps is served meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Following,
  type FollowOptions,
  type Loaded,
  type Position,
  type Sink,
  type Store,
  StoreError,
} from '../../data/store.ts';
import type { Logger } from '../../log/log.ts';
import { type CacheContent, CacheError, readCache, storedFiles } from './cache-file.ts';

/** Where what is served comes from. `older`: the engine has lost what the cache has, and the cache is served. */
export type Source = 'engine' | 'cache' | 'older';

export interface CachedStore extends Store {
  readonly source: Source;
}

export interface CachedStoreOptions {
  readonly path: string;
  /** What users know the store by. */
  readonly name: string;
  readonly logger: Logger;
  /** The engine is taken for the truth although it has lost what the cache has. */
  readonly acceptOlder: boolean;
  /** The engine has so long to answer before the cache is served. */
  readonly engineWithinMs?: number;
  readonly retryMs?: number;
}

const defaultEngineWithinMs = 5_000;
const defaultRetryMs = 500;

export function openCachedStore(engine: Store, options: CachedStoreOptions): CachedStore {
  const store = new EngineOrCache(engine, options);
  return {
    get source() {
      return store.source;
    },
    limits: engine.limits,
    describe: engine.describe,
    load: () => store.load(),
    follow: (from, sink, followOptions) =>
      store.source === 'engine' ? engine.follow(from, sink, followOptions) : store.follow(from, sink, followOptions),
    commit: async (changes, by) => {
      store.refuseWrites();
      return engine.commit(changes, by);
    },
    barrier: async () => (store.source === 'older' ? store.served : engine.barrier()),
    close: () => engine.close(),
  };
}

class EngineOrCache {
  source: Source = 'engine';
  /** Of what is served. */
  served: Position = { epoch: '', revision: 0 };
  readonly #engine: Store;
  readonly #options: CachedStoreOptions;
  /** Why it is not the engine. */
  #reason = '';

  constructor(engine: Store, options: CachedStoreOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  async load(): Promise<Loaded> {
    const { path, name, logger } = this.#options;
    const reading = readCache(path, name).catch((error: unknown) => {
      if (error instanceof CacheError) return error;
      throw error;
    });
    const answer = await this.#ask(this.#engine.load()).catch((error: unknown) => {
      if (error instanceof StoreError && error.code === 'unavailable') return error;
      throw error;
    });
    const kept = await reading;
    if (kept instanceof CacheError && kept.code === 'unusable') logger.error(kept.message);
    if (!(answer instanceof StoreError)) {
      return this.#chosen(answer, kept instanceof CacheError ? undefined : kept);
    }
    if (!(kept instanceof CacheError)) return this.#serve('cache', loadedOf(kept), answer.message);
    throw new StoreError('unavailable', `${answer.message}; ${kept.message}`, { cause: answer });
  }

  follow(from: Position, sink: Sink, options?: FollowOptions): Following {
    let closed = false;
    let inner: Following | undefined;
    if (this.source === 'cache') sink.state({ is: 'lost', reason: this.#reason });
    const waiting = this.#untilThere(sink, () => closed).then((isThere) => {
      if (!isThere || closed) return;
      this.source = 'engine';
      const { revision } = this.served;
      this.#options.logger.info('the store is there: what has changed since the cache was written comes now', {
        revision,
      });
      inner = this.#engine.follow(from, sink, options);
      sink.state({ is: 'live' });
    });
    return {
      close: async () => {
        closed = true;
        await waiting;
        await inner?.close();
      },
    };
  }

  /** @throws StoreError while the cache is served */
  refuseWrites(): void {
    if (this.source === 'engine') return;
    const code = this.source === 'older' ? 'denied' : 'unavailable';
    throw new StoreError(code, `nothing was changed: ${this.#reason}`);
  }

  /** Both are there. */
  #chosen(answer: Loaded, cache: CacheContent | undefined): Loaded {
    if (cache !== undefined && this.#isOlder(answer.position, cache.position)) {
      return this.#serve('older', loadedOf(cache), olderThan(cache.position, answer.position));
    }
    if (cache !== undefined && cache.position.epoch !== answer.position.epoch) {
      const { logger, path } = this.#options;
      logger.warn('the store counts anew: what the cache has is of another life of it, and is not used', { path });
    }
    return this.#serve('engine', answer, '');
  }

  #isOlder(found: Position, kept: Position): boolean {
    return !this.#options.acceptOlder && found.epoch === kept.epoch && found.revision < kept.revision;
  }

  #serve(from: Source, loaded: Loaded, why: string): Loaded {
    this.source = from;
    this.served = loaded.position;
    this.#reason = why;
    if (from !== 'engine') this.#tell(from);
    return loaded;
  }

  /** Asks the engine until it can be followed from what is served. @returns false when that will not be */
  async #untilThere(sink: Sink, isClosed: () => boolean): Promise<boolean> {
    while (!isClosed()) {
      const found = await this.#ask(this.#engine.barrier()).catch((error: unknown) => error as Error);
      if (isClosed()) return false;
      const isThere = this.#judge(found, sink);
      if (isThere !== undefined) return isThere;
      await sleep(this.#options.retryMs ?? defaultRetryMs);
    }
    return false;
  }

  /** @returns whether it can be followed; undefined: not yet */
  #judge(found: Position | Error, sink: Sink): boolean | undefined {
    if (found instanceof Error) {
      if (this.source !== 'older') this.#reason = found.message;
      return undefined;
    }
    if (found.epoch !== this.served.epoch || (this.#options.acceptOlder && found.revision < this.served.revision)) {
      this.source = 'engine';
      sink.reset('the store counts anew');
      return false;
    }
    if (found.revision >= this.served.revision) return true;
    if (this.source === 'older') return undefined;
    this.source = 'older';
    this.#reason = olderThan(this.served, found);
    this.#tell('older');
    sink.state({ is: 'live' });
    return undefined;
  }

  #tell(source: Source): void {
    const effect = source === 'older' ? 'writes are refused' : 'writes are refused until the store is there';
    this.#options.logger.error(`machines are served from the cache of the store: ${this.#reason}`, {
      effect,
      file: this.#options.path,
      revision: this.served.revision,
    });
  }

  #ask<T>(work: Promise<T>): Promise<T> {
    const { engineWithinMs = defaultEngineWithinMs, name } = this.#options;
    return within(engineWithinMs, work, name);
  }
}

function loadedOf(cache: CacheContent): Loaded {
  return { position: cache.position, files: storedFiles(cache), faults: new Map() };
}

function olderThan(kept: Position, found: Position): string {
  return (
    `the store is at revision ${found.revision}, and this server has seen ${kept.revision}: it lost what came in between; ` +
    'bring back a newer backup, or take what it has with -store-accept-older'
  );
}

/** @throws StoreError `unavailable` when it is late */
async function within<T>(ms: number, work: Promise<T>, name: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const text = `ask ${name}: no answer within ${ms / 1000} s`;
    timer = setTimeout(() => reject(new StoreError('unavailable', text)), ms);
  });
  // Whoever is late may fail later still.
  work.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
