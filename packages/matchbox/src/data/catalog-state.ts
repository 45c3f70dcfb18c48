/** The snapshot in force and how it is replaced: changes in the order in which the store tells them, each batch at once. */

import { countDifference, type Differences, type MutableDifferences, noDifferences } from './change-log.ts';
import type { FileEntry } from './file-entry.ts';
import { inSlices } from './in-slices.ts';
import { type Kind, kinds } from './kind.ts';
import { emptySnapshot, nextSnapshot, partsOf, type Snapshot, type SnapshotOptions } from './snapshot.ts';
import { editParts, type PartsEditor } from './snapshot-parts.ts';
import type { KindFaults, Loaded, Position, StoredFile, WriteId } from './store.ts';
import type { TemplateFunctions } from './template-library.ts';
import { type Reading, type Update, updateOf } from './update.ts';

/** A replacement that was made. */
export interface Applied {
  readonly before: Snapshot;
  readonly snapshot: Snapshot;
  /** The commit that it comes from, if it comes from one alone that was made here. */
  readonly by: WriteId | undefined;
  /** When it began, in milliseconds of `performance.now()`. */
  readonly startedMs: number;
  readonly differences: Differences;
  /** The files that were looked at, whether they differ or not. */
  readonly files: readonly { readonly kind: Kind; readonly name: string }[];
  /** Files that are not among them are gone. */
  readonly isWhole: boolean;
}

export interface CatalogStateOptions extends SnapshotOptions {
  /** The functions of `templateLibrary`. */
  readonly templateFunctions: TemplateFunctions;
  readonly onReplaced: (applied: Applied) => void;
}

export interface CatalogState {
  readonly snapshot: Snapshot;
  /** Of the snapshot in the store's history. */
  readonly position: Position;
  apply(position: Position, changes: readonly StoredFile[], by?: WriteId): void;
  setFaults(faults: KindFaults): void;
  /** Resolves when it is in force. */
  replaceAll(loaded: Loaded): Promise<void>;
  /** Resolves when everything up to this position is in force, or the store counts anew. */
  reached(position: Position): Promise<void>;
  idle(): Promise<void>;
}

/** Work on the snapshot that waits for its turn. */
interface Job {
  /** undefined: it does not come from the store's history. */
  readonly position: Position | undefined;
  readonly changes: readonly StoredFile[];
  readonly by: WriteId | undefined;
  /** Files that are not among the changes are gone. */
  readonly isWhole: boolean;
  readonly faults?: KindFaults;
}

/** Up to so many files are taken in at once, without leaving the event loop. */
const filesAtOnce = 64;

export function createCatalogState(given: CatalogStateOptions): CatalogState {
  const { onReplaced, templateFunctions, ...options } = given;
  let snapshot = emptySnapshot(options);
  let position: Position = { epoch: '', revision: 0 };
  const jobs: Job[] = [];
  let running: Promise<void> | undefined;
  const waiters = new Set<{ readonly position: Position; readonly resolve: () => void }>();

  const isReached = (wanted: Position) => wanted.epoch !== position.epoch || wanted.revision <= position.revision;

  const arrive = (reached: Position) => {
    position = reached;
    for (const waiter of waiters) {
      if (!isReached(waiter.position)) continue;
      waiters.delete(waiter);
      waiter.resolve();
    }
  };

  const finish = (job: Job, { editor, differences, isChanged }: Taken, startedMs: number) => {
    const before = snapshot;
    const faults = job.faults ?? before.folderFaults;
    const isFirst = position.epoch === '';
    if (isChanged || isFirst || !sameFaults(faults, before.folderFaults)) {
      snapshot = nextSnapshot(before, editor.done(), faults);
      const { by, changes: files, isWhole } = job;
      onReplaced({ before, snapshot, by, startedMs, differences, files, isWhole });
    }
    if (job.position !== undefined) arrive(job.position);
  };

  const reading: Reading = { forget: options.onBrokenGroup === 'skip', templateFunctions };
  const take = (taken: Taken, change: StoredFile) => {
    const before = snapshot.file(change.kind, change.name);
    const update = updateOf(change, before, reading);
    if (update !== undefined) takeUpdate(taken, update, before);
  };

  const run = async (job: Job) => {
    const startedMs = performance.now();
    const taken = newlyTaken(editParts(partsOf(snapshot)));
    if (job.isWhole) await takeAway(taken, snapshot, job);
    await inSlices(job.changes, (change) => take(taken, change));
    finish(job, taken, startedMs);
  };

  const runAll = async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await run(job);
    running = undefined;
  };

  const add = (job: Job): Promise<void> => {
    if (running === undefined && !job.isWhole && job.changes.length <= filesAtOnce) {
      const startedMs = performance.now();
      const taken = newlyTaken(editParts(partsOf(snapshot)));
      for (const change of job.changes) take(taken, change);
      finish(job, taken, startedMs);
      return Promise.resolve();
    }
    jobs.push(job);
    running ??= runAll();
    return running;
  };

  return {
    get snapshot() {
      return snapshot;
    },
    get position() {
      return position;
    },
    apply: (to, changes, by) => void add({ position: to, changes, by, isWhole: false }),
    setFaults: (next) => void add({ position: undefined, changes: [], by: undefined, isWhole: false, faults: next }),
    replaceAll: (loaded) =>
      add({ position: loaded.position, changes: loaded.files, by: undefined, isWhole: true, faults: loaded.faults }),
    reached: (wanted) =>
      isReached(wanted) ? Promise.resolve() : new Promise((resolve) => waiters.add({ position: wanted, resolve })),
    idle: async () => {
      await running;
    },
  };
}

/** What a job has come to so far. */
interface Taken {
  readonly editor: PartsEditor;
  readonly differences: MutableDifferences;
  isChanged: boolean;
}

function newlyTaken(editor: PartsEditor): Taken {
  return { editor, differences: noDifferences(), isChanged: false };
}

function takeUpdate(taken: Taken, update: Update, before: FileEntry | undefined): void {
  taken.editor.update(update);
  taken.isChanged = true;
  countDifference(taken.differences, update, before);
}

/** Of a kind that cannot be read nobody knows what is gone; one that has no folder has no files. */
async function takeAway(taken: Taken, snapshot: Snapshot, { changes: present, faults }: Job): Promise<void> {
  if (kinds.every((kind) => snapshot.counts[kind] === 0)) return;
  const names = new Map<Kind, Set<string>>(kinds.map((kind) => [kind, new Set()]));
  await inSlices(present, ({ kind, name }) => names.get(kind)!.add(name));
  for (const kind of kinds) {
    if ((faults?.get(kind)?.code ?? 'not_found') !== 'not_found') continue;
    await inSlices(snapshot.files(kind), (entry) => {
      const { name } = entry;
      if (!names.get(kind)!.has(name)) takeUpdate(taken, { kind, name, entry: undefined }, entry);
    });
  }
}

function sameFaults(a: KindFaults, b: KindFaults): boolean {
  return kinds.every((kind) => a.get(kind)?.message === b.get(kind)?.message);
}
