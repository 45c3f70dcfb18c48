/** The store's files in memory: loaded once, followed from there on, replaced whole. The only writer and the only reader of the store. */

import { randomUUID } from 'node:crypto';
import { CodedError } from '../fault/coded-error.ts';
import { type Logger, silentLogger } from '../log/log.ts';
import { type Metrics, noMetrics } from '../log/metrics.ts';
import { logBrokenFiles, logFolders, logState } from './broken-log.ts';
import { type Applied, type CatalogState, createCatalogState } from './catalog-state.ts';
import { logChanges, logOverwritten } from './change-log.ts';
import { decodeFile, formatPosition } from './file-entry.ts';
import type { Kind } from './kind.ts';
import { revisionOf } from './revision.ts';
import { createSerialQueue } from './serial-queue.ts';
import type { Snapshot } from './snapshot.ts';
import {
  type Change,
  type Following,
  type Position,
  type Sink,
  type Store,
  type StoredFile,
  StoreError,
  type StoreLimits,
  type StoreState,
  type WriteId,
} from './store.ts';
import { loadTemplateFunctions, type TemplateFunctions, type TemplateLibrary } from './template-library.ts';

export interface CatalogOptions {
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** What a broken group file does: keep its last good version, or hold default machines back; or be skipped as upstream skips it. */
  readonly onBrokenGroup?: 'hold' | 'skip';
  /** See the snapshot's. */
  readonly ignitionVersion?: 'customary' | 'as-written' | undefined;
  /** Which functions templates have besides Go's. */
  readonly templateLibrary?: TemplateLibrary | undefined;
  /** Waits for whoever answers from the snapshot besides, before a write or a reload is answered. */
  readonly settled?: (() => Promise<void>) | undefined;
  /** A commit that the store has not answered within this time is one of which nobody knows what became of it. */
  readonly commitWithinMs?: number | undefined;
  /** false: what others change is noticed on `refresh()` and `reload()` only. */
  readonly watch?: boolean;
  /** Called with all files as soon as they are read, before they are made sense of. */
  readonly onRead?: ((files: readonly StoredFile[]) => void) | undefined;
}

export interface WriteOptions {
  /** The revision that the writer has seen; '' for "there is no such file". Left out: write in any case. */
  readonly expectedRevision?: string;
}

/** What a write came to. */
export interface Written {
  /** What each change has replaced, in the order of the changes. */
  readonly before: readonly (Uint8Array | undefined)[];
  /** The revision of each file; '' for one that was removed. */
  readonly revisions: readonly string[];
}

export interface Catalog {
  readonly snapshot: Snapshot;
  readonly state: StoreState;
  /** Since when the store cannot be reached, in milliseconds; undefined while it can. */
  readonly lostSinceMs: number | undefined;
  /** Where the snapshot is in the store's history. */
  readonly position: Position;
  /** The newest position that the store has told of, in force or not yet. */
  readonly heard: Position;
  readonly limits: StoreLimits;
  /** Where a kind or a file is, as users know it; for messages only. */
  describe(kind: Kind, name?: string): string;
  /** Resolves when everything is in force that was in the store before the call. @throws StoreError `unavailable` */
  refresh(): Promise<void>;
  /** Reads everything anew, and takes what is there for the truth, an emptied folder too; resolves when it is in force. */
  reload(): Promise<void>;
  /** All changes as one: store first, snapshot second, then resolves. @throws CatalogError, StoreError */
  commit(changes: readonly Change[]): Promise<Written>;
  /** @throws CatalogError, StoreError */
  put(kind: Kind, name: string, bytes: Uint8Array, options?: WriteOptions): Promise<{ readonly revision: string }>;
  /** @throws CatalogError, StoreError */
  remove(kind: Kind, name: string, options?: WriteOptions): Promise<void>;
  /** Called after a snapshot was replaced. @returns a function that ends it */
  onChange(listener: (snapshot: Snapshot, applied: Applied) => void): () => void;
  close(): Promise<void>;
}

export type CatalogErrorCode = 'invalid_content';

export class CatalogError extends CodedError<CatalogErrorCode> {
  override name = 'CatalogError';
}

/** Loads everything and starts to follow. @throws nothing that a file's content causes: broken files are in `snapshot.broken` */
export async function openCatalog(store: Store, options: CatalogOptions = {}): Promise<Catalog> {
  const templateFunctions = await loadTemplateFunctions(options.templateLibrary ?? 'none');
  const catalog = new OpenCatalog(store, options, templateFunctions);
  await catalog.load();
  return catalog;
}

class OpenCatalog implements Catalog {
  readonly #store: Store;
  readonly #options: CatalogOptions;
  readonly #logger: Logger;
  readonly #templateFunctions: TemplateFunctions;
  readonly #state: CatalogState;
  readonly #listeners = new Set<(snapshot: Snapshot, applied: Applied) => void>();
  /** Commits of ours that are under way: what they change is no news. */
  readonly #own = new Set<WriteId>();
  readonly #reloads = createSerialQueue();
  readonly #closing = new AbortController();
  #following: Following | undefined;
  #storeState: StoreState = { is: 'live' };
  #lostSinceMs: number | undefined;
  #heard: Position = { epoch: '', revision: 0 };
  #isLoaded = false;

  constructor(store: Store, options: CatalogOptions, templateFunctions: TemplateFunctions) {
    const { logger = silentLogger, onBrokenGroup = 'hold', ignitionVersion, templateLibrary = 'none' } = options;
    this.#store = store;
    this.#options = options;
    this.#logger = logger;
    this.#templateFunctions = templateFunctions;
    this.#state = createCatalogState({
      ...{ onBrokenGroup, ignitionVersion, templateLibrary, templateFunctions },
      onReplaced: (applied) => this.#replaced(applied, onBrokenGroup),
    });
  }

  get snapshot(): Snapshot {
    return this.#state.snapshot;
  }

  get state(): StoreState {
    return this.#storeState;
  }

  get lostSinceMs(): number | undefined {
    return this.#lostSinceMs;
  }

  get position(): Position {
    return this.#state.position;
  }

  get heard(): Position {
    return this.#heard;
  }

  get limits(): StoreLimits {
    return this.#store.limits;
  }

  describe(kind: Kind, name?: string): string {
    return this.#store.describe(kind, name);
  }

  /** For the first time. */
  async load(): Promise<void> {
    await this.#start();
    this.#isLoaded = true;
  }

  async refresh(): Promise<void> {
    const position = await this.#store.barrier();
    this.#hear(position);
    if (await within(reachedWithinMs, this.#state.reached(position))) return;
    throw new StoreError('unavailable', `what the store has changed has not come within ${reachedWithinMs / 1000} s`);
  }

  async reload(): Promise<void> {
    await this.#start();
    await this.#options.settled?.();
  }

  async commit(changes: readonly Change[]): Promise<Written> {
    if (this.#storeState.is === 'lost') {
      const { reason } = this.#storeState;
      throw new StoreError('unavailable', `nothing was changed, the store cannot be reached: ${reason}`);
    }
    for (const { kind, name, bytes } of changes) {
      if (bytes !== undefined) refuseBroken(kind, name, bytes, this.#templateFunctions);
    }
    const by = randomUUID();
    const inForce = changes.map(({ kind, name }) => this.snapshot.file(kind, name));
    this.#own.add(by);
    try {
      const { position, before } = await inTime(this.#store.commit(changes, by), this.#options.commitWithinMs);
      this.#hear(position);
      logOverwritten(this.#logger, changes, { inForce, before });
      // It was made, whether this replica has heard of it or not.
      await within(reachedWithinMs, this.#state.reached(position));
      await this.#options.settled?.();
      return { before, revisions: changes.map(({ bytes }) => (bytes === undefined ? '' : revisionOf(bytes))) };
    } finally {
      this.#own.delete(by);
    }
  }

  async put(kind: Kind, name: string, bytes: Uint8Array, { expectedRevision }: WriteOptions = {}) {
    const { revisions } = await this.commit([{ kind, name, bytes, expected: expectedRevision }]);
    return { revision: revisions[0]! };
  }

  async remove(kind: Kind, name: string, { expectedRevision }: WriteOptions = {}): Promise<void> {
    await this.commit([{ kind, name, bytes: undefined, expected: expectedRevision }]);
  }

  onChange(listener: (snapshot: Snapshot, applied: Applied) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#reloads.idle();
    await this.#following?.close();
    await this.#state.idle();
    await this.#store.close();
  }

  #start(): Promise<void> {
    return this.#reloads.run(async () => {
      await this.#following?.close();
      const loaded = await this.#store.load();
      this.#heard = loaded.position;
      this.#options.onRead?.(loaded.files);
      const { watch = true } = this.#options;
      this.#following = this.#store.follow(loaded.position, this.#sink(), { passive: !watch });
      await this.#state.replaceAll(loaded);
    });
  }

  /** Nobody follows meanwhile; so it is tried until it works, and until then the store is lost. */
  async #startAgain(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        return await this.#start();
      } catch (error) {
        this.#told({ is: 'lost', reason: error instanceof Error ? error.message : String(error) });
        await within(againMs, aborted(signal));
      }
    }
  }

  #sink(): Sink {
    return {
      changes: (position, changes, by) => {
        this.#hear(position);
        this.#state.apply(position, changes, by);
      },
      faults: (faults) => this.#state.setFaults(faults),
      state: (next) => this.#told(next),
      reset: (reason) => {
        this.#logger.warn(`reading everything anew: ${reason}`);
        void this.#startAgain();
      },
    };
  }

  #hear(position: Position): void {
    const { epoch, revision } = this.#heard;
    if (position.epoch !== epoch || position.revision > revision) this.#heard = position;
  }

  /** How the store is now. */
  #told(next: StoreState): void {
    logState(this.#logger, this.#storeState, next);
    this.#storeState = next;
    this.#lostSinceMs = next.is === 'lost' ? (this.#lostSinceMs ?? Date.now()) : undefined;
  }

  #replaced(applied: Applied, onBrokenGroup: 'hold' | 'skip'): void {
    const { before, snapshot, by, startedMs } = applied;
    const isOwn = by !== undefined && this.#own.has(by);
    if (this.#isLoaded) logChanges(this.#logger, isOwn ? 'changed through the API' : 'read what changed', applied);
    logFolders(this.#logger, before, snapshot);
    logBrokenFiles(this.#logger, before.broken, snapshot.broken, onBrokenGroup);
    if (!isOwn) {
      const { metrics = noMetrics } = this.#options;
      const seconds = (performance.now() - startedMs) / 1000;
      metrics.reloaded({ seconds, files: snapshot.counts, broken: snapshot.broken.length });
    }
    for (const listener of this.#listeners) listener(snapshot, applied);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** @throws StoreError `unknown_outcome` when it is late */
async function inTime<T>(work: Promise<T>, ms: number | undefined): Promise<T> {
  if (ms === undefined) return work;
  const done = work.then(
    () => {},
    () => {},
  );
  if (await within(ms, done)) return work;
  throw new StoreError(
    'unknown_outcome',
    `the store has not answered within ${ms / 1000} s: the change may have been made; read before you write again`,
  );
}

/** A follower that hears nothing for so long is cut off. */
const reachedWithinMs = 5_000;
/** A load that failed is tried again after so long. */
const againMs = 1000;

/** @returns whether it was done in time */
async function within(ms: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What is acknowledged is in force; so nothing is accepted that never would be. */
function refuseBroken(kind: Kind, name: string, bytes: Uint8Array, templateFunctions: TemplateFunctions): void {
  const { fault } = decodeFile(kind, name, bytes, { templateFunctions });
  if (fault === undefined) return;
  throw new CatalogError('invalid_content', `${formatPosition(kind, name, fault)}: ${fault.message}`);
}
