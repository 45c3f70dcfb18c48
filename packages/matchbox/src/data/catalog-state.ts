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

export function createCatalogState(options: CatalogStateOptions): CatalogState {
  return new State(options);
}

class State implements CatalogState {
  readonly #onReplaced: CatalogStateOptions['onReplaced'];
  readonly #reading: Reading;
  #snapshot: Snapshot;
  #position: Position = { epoch: '', revision: 0 };
  readonly #jobs: Job[] = [];
  #running: Promise<void> | undefined;
  readonly #waiters = new Set<{ readonly position: Position; readonly resolve: () => void }>();

  constructor({ onReplaced, templateFunctions, ...options }: CatalogStateOptions) {
    this.#onReplaced = onReplaced;
    this.#reading = { forget: options.onBrokenGroup === 'skip', templateFunctions };
    this.#snapshot = emptySnapshot(options);
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  get position(): Position {
    return this.#position;
  }

  apply(position: Position, changes: readonly StoredFile[], by?: WriteId): void {
    void this.#add({ position, changes, by, isWhole: false });
  }

  setFaults(faults: KindFaults): void {
    void this.#add({ position: undefined, changes: [], by: undefined, isWhole: false, faults });
  }

  replaceAll({ position, files, faults }: Loaded): Promise<void> {
    return this.#add({ position, changes: files, by: undefined, isWhole: true, faults });
  }

  reached(position: Position): Promise<void> {
    return this.#isReached(position)
      ? Promise.resolve()
      : new Promise((resolve) => this.#waiters.add({ position, resolve }));
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  #add(job: Job): Promise<void> {
    if (this.#running === undefined && !job.isWhole && job.changes.length <= filesAtOnce) {
      const startedMs = performance.now();
      const taken = newlyTaken(editParts(partsOf(this.#snapshot)));
      for (const change of job.changes) this.#take(taken, change);
      this.#finish(job, taken, startedMs);
      return Promise.resolve();
    }
    this.#jobs.push(job);
    this.#running ??= this.#runAll();
    return this.#running;
  }

  async #runAll(): Promise<void> {
    for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) await this.#run(job);
    this.#running = undefined;
  }

  async #run(job: Job): Promise<void> {
    const startedMs = performance.now();
    const taken = newlyTaken(editParts(partsOf(this.#snapshot)));
    if (job.isWhole) await takeAway(taken, this.#snapshot, job);
    await inSlices(job.changes, (change) => this.#take(taken, change));
    this.#finish(job, taken, startedMs);
  }

  #take(taken: Taken, change: StoredFile): void {
    const before = this.#snapshot.file(change.kind, change.name);
    const update = updateOf(change, before, this.#reading);
    if (update !== undefined) takeUpdate(taken, update, before);
  }

  #finish(job: Job, { editor, differences, isChanged }: Taken, startedMs: number): void {
    const before = this.#snapshot;
    const faults = job.faults ?? before.folderFaults;
    const isFirst = this.#position.epoch === '';
    if (isChanged || isFirst || !sameFaults(faults, before.folderFaults)) {
      const snapshot = nextSnapshot(before, editor.done(), faults);
      this.#snapshot = snapshot;
      const { by, changes: files, isWhole } = job;
      this.#onReplaced({ before, snapshot, by, startedMs, differences, files, isWhole });
    }
    if (job.position !== undefined) this.#arrive(job.position);
  }

  #arrive(reached: Position): void {
    this.#position = reached;
    for (const waiter of this.#waiters) {
      if (!this.#isReached(waiter.position)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  #isReached({ epoch, revision }: Position): boolean {
    return epoch !== this.#position.epoch || revision <= this.#position.revision;
  }
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
