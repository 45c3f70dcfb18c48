/** The store's files in memory: loaded once, kept up to date, replaced whole. The only writer and the only reader of the store. */
import { logBrokenFiles, logFolders } from './broken-log.ts';
import { decodeFile, type FileEntry, formatPosition, revisionOf, unreadableFile } from './file-entry.ts';
import { type Kind, kinds } from './kind.ts';
import { type Logger, silentLogger } from './log.ts';
import { type Metrics, noMetrics } from './metrics.ts';
import { createSnapshot, type FileTable, type Snapshot } from './snapshot.ts';
import { type Store, type StoreEntry, StoreError } from './store.ts';

export interface CatalogOptions {
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** What a broken group file does: keep its last good version, or hold default machines back; or be skipped as upstream skips it. */
  readonly onBrokenGroup?: 'hold' | 'skip';
  /** false: load once, and again only on `reload()`. */
  readonly watch?: boolean;
}

export interface WriteOptions {
  /** The revision that the writer has seen; '' for "there is no such file". Left out: write in any case. */
  readonly expectedRevision?: string;
}

export interface Catalog {
  readonly snapshot: Snapshot;
  readonly store: Store;
  /** Reads what changed; resolves when it is in force. */
  reload(): Promise<void>;
  /** Store first, snapshot second, then resolves. @throws CatalogError, StoreError */
  put(kind: Kind, name: string, bytes: Uint8Array, options?: WriteOptions): Promise<{ readonly revision: string }>;
  /** @throws CatalogError, StoreError */
  remove(kind: Kind, name: string, options?: WriteOptions): Promise<void>;
  /** Called after a snapshot was replaced. @returns a function that ends it */
  onChange(listener: (snapshot: Snapshot) => void): () => void;
  close(): Promise<void>;
}

export type CatalogErrorCode = 'stale_revision' | 'invalid_content';

export class CatalogError extends Error {
  readonly code: CatalogErrorCode;

  constructor(code: CatalogErrorCode, message: string) {
    super(message);
    this.name = 'CatalogError';
    this.code = code;
  }
}

interface Held {
  readonly stamp: string;
  readonly entry: FileEntry;
  /** How many rescans in a row left a file alone because it was being written. */
  readonly postponed: number;
}

type HeldFiles = Map<Kind, Map<string, Held>>;

/** Files are read this many at a time. */
const readsAtOnce = 32;
/** After a hint, wait this long for the hints that follow. */
const debounceMs = 25;
/** A file that is being written to is looked at again after this, at most `maxPostponed` times. */
const settleMs = 60;
const maxPostponed = 8;
/** The longest pause between two rescans when hints do not end. */
const maxRestMs = 400;
/** The slow poll takes about one hundredth of the time, within these limits. */
const pollLimitsMs = { least: 1_000, most: 60_000 };

/** Loads everything and starts to watch. @throws nothing that a file's content causes: broken files are in `snapshot.broken` */
export async function openCatalog(store: Store, options: CatalogOptions = {}): Promise<Catalog> {
  const { logger = silentLogger, metrics = noMetrics, onBrokenGroup = 'hold', watch = true } = options;
  const held: HeldFiles = new Map(kinds.map((kind) => [kind, new Map()]));
  let folderFaults = new Map<Kind, StoreError>();
  let snapshot = createSnapshot(tableOf(held), folderFaults, { onBrokenGroup });
  const listeners = new Set<(snapshot: Snapshot) => void>();
  let queue: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const enqueue = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => {});
    return result;
  };

  const replace = () => {
    const before = snapshot;
    snapshot = createSnapshot(tableOf(held), folderFaults, { onBrokenGroup });
    logFolders(logger, before.folderFaults, folderFaults);
    logBrokenFiles(logger, before.broken, snapshot.broken, onBrokenGroup);
    for (const listener of listeners) listener(snapshot);
  };

  /** @returns milliseconds it took, and whether a file has to be looked at again soon */
  const rescan = async (patient: boolean, first = false): Promise<{ tookMs: number; unsettled: boolean }> => {
    const started = performance.now();
    let changed = first;
    let unsettled = false;
    const faults = new Map<Kind, StoreError>();
    for (const kind of kinds) {
      const result = await rescanKind(store, kind, held.get(kind)!, { patient, forget: onBrokenGroup === 'skip' });
      if (result.folderFault) faults.set(kind, result.folderFault);
      if (result.folderFault?.message !== folderFaults.get(kind)?.message) changed = true;
      changed ||= result.changed;
      unsettled ||= result.unsettled;
    }
    folderFaults = faults;
    if (changed) replace();
    const tookMs = performance.now() - started;
    if (changed) metrics.reloaded({ seconds: tookMs / 1000, files: countFiles(held), broken: snapshot.broken.length });
    return { tookMs, unsettled };
  };

  let dueAt = Number.POSITIVE_INFINITY;
  let restUntil = 0;

  /** Plans the next rescan; an earlier one that is planned already stays. */
  const schedule = (afterMs: number) => {
    const at = Math.max(performance.now() + afterMs, restUntil);
    if (closed || at >= dueAt) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(runPlanned, at - performance.now());
    timer.unref();
  };

  const runPlanned = () => {
    dueAt = Number.POSITIVE_INFINITY;
    enqueue(() => rescan(true)).then(
      ({ tookMs, unsettled }) => {
        // Somebody who writes without end does not keep the server busy without end.
        restUntil = performance.now() + Math.min(tookMs * 2, maxRestMs);
        schedule(unsettled ? settleMs : pollDelay(tookMs));
      },
      (error: unknown) => {
        logger.error(`reading the data directory failed: ${error instanceof Error ? error.message : error}`);
        schedule(pollLimitsMs.least);
      },
    );
  };

  const current = (kind: Kind, name: string) => held.get(kind)!.get(name)?.entry;

  const checkRevision = (kind: Kind, name: string, expected: string | undefined) => {
    const found = current(kind, name)?.revision ?? '';
    if (expected !== undefined && expected !== found) {
      const message = `${formatPosition(kind, name)} has changed: expected revision "${expected}", found "${found}"`;
      throw new CatalogError('stale_revision', message);
    }
  };

  const { tookMs } = await rescan(false, true);
  const watcher = watch ? store.watch(() => schedule(debounceMs)) : undefined;
  if (watch) schedule(pollDelay(tookMs));

  return {
    get snapshot() {
      return snapshot;
    },
    store,
    reload: () => enqueue(async () => void (await rescan(false))),
    put: (kind, name, bytes, { expectedRevision } = {}) =>
      enqueue(async () => {
        checkRevision(kind, name, expectedRevision);
        const entry = decodeFile(kind, name, bytes) as FileEntry;
        if (entry.fault) {
          throw new CatalogError(
            'invalid_content',
            `${formatPosition(kind, name, entry.fault)}: ${entry.fault.message}`,
          );
        }
        await store.write(kind, name, bytes);
        held.get(kind)!.set(name, { stamp: '', entry, postponed: 0 });
        replace();
        return { revision: revisionOf(bytes) };
      }),
    remove: (kind, name, { expectedRevision } = {}) =>
      enqueue(async () => {
        checkRevision(kind, name, expectedRevision);
        await store.remove(kind, name);
        if (held.get(kind)!.delete(name)) replace();
      }),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await watcher?.close();
      await queue;
    },
  };
}

function pollDelay(tookMs: number): number {
  return Math.min(Math.max(tookMs * 100, pollLimitsMs.least), pollLimitsMs.most);
}

interface KindChange {
  readonly changed: boolean;
  readonly unsettled: boolean;
  readonly folderFault: StoreError | undefined;
}

interface RescanOptions {
  /** Leave a file alone for a moment that is being written to, if there is an older version of it. */
  readonly patient: boolean;
  /** A broken group or profile is none, whatever it was before. */
  readonly forget: boolean;
}

async function rescanKind(
  store: Store,
  kind: Kind,
  held: Map<string, Held>,
  options: RescanOptions,
): Promise<KindChange> {
  let listed: readonly StoreEntry[] = [];
  let folderFault: StoreError | undefined;
  try {
    listed = await store.list(kind);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    folderFault = error;
    // A folder that is gone has no files; of one that cannot be read nobody knows, so what is known stays in force.
    if (error.code !== 'not_found') return { changed: false, unsettled: false, folderFault };
  }
  let changed = false;
  let unsettled = false;
  const present = new Set(listed.map(({ name }) => name));
  for (const name of held.keys()) {
    if (!present.has(name)) changed = held.delete(name) || changed;
  }
  const stale = listed.filter(({ name, stamp }) => stamp === '' || held.get(name)?.stamp !== stamp);
  const update = async (item: StoreEntry) => {
    const before = held.get(item.name);
    if (options.patient && item.settling && before !== undefined && before.postponed < maxPostponed) {
      held.set(item.name, { ...before, postponed: before.postponed + 1 });
      unsettled = true;
      return;
    }
    const entry = await readEntry(store, kind, item, before?.entry, options.forget);
    if (entry === undefined) changed = held.delete(item.name) || changed;
    else {
      // Quirk: a file's times are as coarse as the kernel's clock, so that a second write within a few milliseconds
      // leaves no trace in them. What was read while it was fresh is therefore read once more.
      held.set(item.name, { stamp: item.settling ? '' : item.stamp, entry, postponed: 0 });
      unsettled ||= item.settling === true;
      changed ||= entry !== before?.entry;
    }
  };
  for (let at = 0; at < stale.length; at += readsAtOnce)
    await Promise.all(stale.slice(at, at + readsAtOnce).map(update));
  return { changed, unsettled, folderFault };
}

/** @returns the entry that there was if the bytes are the same; undefined when the file is gone meanwhile */
async function readEntry(
  store: Store,
  kind: Kind,
  item: StoreEntry,
  before: FileEntry | undefined,
  forget: boolean,
): Promise<FileEntry | undefined> {
  const kept = forget && (kind === 'groups' || kind === 'profiles') ? undefined : before;
  if (item.fault) {
    return before?.fault?.message === item.fault.message ? before : unreadableFile(kind, item.name, item.fault, kept);
  }
  try {
    const bytes = await store.read(kind, item.name);
    const same = before !== undefined && before.fault?.code !== 'unreadable' && equalBytes(before.bytes, bytes);
    return same ? before : decodeFile(kind, item.name, bytes, kept);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.code === 'not_found') return undefined;
    return before?.fault?.message === error.message ? before : unreadableFile(kind, item.name, error, kept);
  }
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

function tableOf(held: HeldFiles): FileTable {
  const table: Partial<Record<Kind, ReadonlyMap<string, FileEntry>>> = {};
  for (const [kind, files] of held) {
    table[kind] = new Map(Array.from(files, ([name, { entry }]) => [name, entry] as const));
  }
  return table as unknown as FileTable;
}

function countFiles(held: HeldFiles): Record<Kind, number> {
  return Object.fromEntries(kinds.map((kind) => [kind, held.get(kind)!.size])) as Record<Kind, number>;
}
