/** The store's files in memory: loaded once, followed from there on, replaced whole. The only writer and the only reader of the store. */

import { randomUUID } from 'node:crypto';
import { CodedError } from '../fault/coded-error.ts';
import { type Logger, silentLogger } from '../log/log.ts';
import { type Metrics, noMetrics } from '../log/metrics.ts';
import { logBrokenFiles, logFolders, logState } from './broken-log.ts';
import { type Applied, createCatalogState } from './catalog-state.ts';
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
  const { logger = silentLogger, metrics = noMetrics, watch = true } = options;
  const { onBrokenGroup = 'hold', ignitionVersion, templateLibrary = 'none' } = options;
  const templateFunctions = await loadTemplateFunctions(templateLibrary);
  const listeners = new Set<(snapshot: Snapshot, applied: Applied) => void>();
  /** Commits of ours that are under way: what they change is no news. */
  const own = new Set<WriteId>();
  const reloads = createSerialQueue();
  let following: Following | undefined;
  let storeState: StoreState = { is: 'live' };
  let lostSinceMs: number | undefined;
  let heard: Position = { epoch: '', revision: 0 };
  let loaded = false;
  const hear = (position: Position) => {
    if (position.epoch !== heard.epoch || position.revision > heard.revision) heard = position;
  };
  let closed = false;
  let endWaiting = () => {};
  const closing = new Promise<void>((resolve) => {
    endWaiting = resolve;
  });

  const replaced = (applied: Applied) => {
    const { before, snapshot, by, startedMs } = applied;
    const isOwn = by !== undefined && own.has(by);
    if (loaded) logChanges(logger, isOwn ? 'changed through the API' : 'read what changed', applied);
    logFolders(logger, before, snapshot);
    logBrokenFiles(logger, before.broken, snapshot.broken, onBrokenGroup);
    if (!isOwn) {
      const seconds = (performance.now() - startedMs) / 1000;
      metrics.reloaded({ seconds, files: snapshot.counts, broken: snapshot.broken.length });
    }
    for (const listener of listeners) listener(snapshot, applied);
  };
  const state = createCatalogState({
    onBrokenGroup,
    ignitionVersion,
    templateLibrary,
    templateFunctions,
    onReplaced: replaced,
  });

  const sink: Sink = {
    changes: (position, changes, by) => {
      hear(position);
      state.apply(position, changes, by);
    },
    faults: (faults) => state.setFaults(faults),
    state: (next) => {
      logState(logger, storeState, next);
      storeState = next;
      lostSinceMs = next.is === 'lost' ? (lostSinceMs ?? Date.now()) : undefined;
    },
    reset: (reason) => {
      logger.warn(`reading everything anew: ${reason}`);
      void startAgain();
    },
  };

  /** Nobody follows meanwhile; so it is tried until it works, and until then the store is lost. */
  const startAgain = async () => {
    while (!closed) {
      try {
        return await start();
      } catch (error) {
        sink.state({ is: 'lost', reason: error instanceof Error ? error.message : String(error) });
        await within(againMs, closing);
      }
    }
  };

  const start = () =>
    reloads.run(async () => {
      await following?.close();
      const loaded = await store.load();
      heard = loaded.position;
      options.onRead?.(loaded.files);
      following = store.follow(loaded.position, sink, { passive: !watch });
      await state.replaceAll(loaded);
    });

  const commit = async (changes: readonly Change[]): Promise<Written> => {
    if (storeState.is === 'lost') {
      throw new StoreError('unavailable', `nothing was changed, the store cannot be reached: ${storeState.reason}`);
    }
    for (const { kind, name, bytes } of changes) {
      if (bytes !== undefined) refuseBroken(kind, name, bytes, templateFunctions);
    }
    const by = randomUUID();
    const inForce = changes.map(({ kind, name }) => state.snapshot.file(kind, name));
    own.add(by);
    try {
      const { position, before } = await inTime(store.commit(changes, by), options.commitWithinMs);
      hear(position);
      logOverwritten(logger, changes, { inForce, before });
      // It was made, whether this replica has heard of it or not.
      await within(reachedWithinMs, state.reached(position));
      await options.settled?.();
      return { before, revisions: changes.map(({ bytes }) => (bytes === undefined ? '' : revisionOf(bytes))) };
    } finally {
      own.delete(by);
    }
  };

  await start();
  loaded = true;
  return {
    get snapshot() {
      return state.snapshot;
    },
    get state() {
      return storeState;
    },
    get lostSinceMs() {
      return lostSinceMs;
    },
    get position() {
      return state.position;
    },
    get heard() {
      return heard;
    },
    limits: store.limits,
    describe: (kind, name) => store.describe(kind, name),
    refresh: async () => {
      const position = await store.barrier();
      hear(position);
      if (await within(reachedWithinMs, state.reached(position))) return;
      throw new StoreError('unavailable', `what the store has changed has not come within ${reachedWithinMs / 1000} s`);
    },
    reload: async () => {
      await start();
      await options.settled?.();
    },
    commit,
    put: async (kind, name, bytes, { expectedRevision } = {}) => {
      const { revisions } = await commit([{ kind, name, bytes, expected: expectedRevision }]);
      return { revision: revisions[0]! };
    },
    remove: async (kind, name, { expectedRevision } = {}) => {
      await commit([{ kind, name, bytes: undefined, expected: expectedRevision }]);
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      closed = true;
      endWaiting();
      await reloads.idle();
      await following?.close();
      await state.idle();
      await store.close();
    },
  };
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
