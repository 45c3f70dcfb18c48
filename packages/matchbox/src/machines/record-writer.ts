/** Writes records that changed: soon what is new in them, and at leisure that what was known came again. */
import type { Machine } from './machine.ts';
import type { StatePut, StateStore } from './state-store.ts';

/** Records that changed are written this often, unless somebody waits for it. */
const flushMs = 1000;
/** … and the next ones this long after them, where there are more than are written at once. */
const nextFlushMs = 200;
/** Records written at once. */
const flushRecords = 500;
/** When a machine came again is written this long after it did: of ten thousand machines each second would write megabytes. */
const againMs = 30_000;

export interface RecordWriterOptions {
  readonly store: StateStore;
  /** A machine's record as it is to be written. */
  readonly recordOf: (id: string) => Machine | undefined;
}

export class RecordWriter {
  readonly #options: RecordWriterOptions;
  readonly #dirty = new Set<string>();
  /** Nothing but times changed. */
  readonly #again = new Set<string>();
  readonly #gone = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #againTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: RecordWriterOptions) {
    this.#options = options;
  }

  /** A record has something new. */
  changed(id: string): void {
    this.#again.delete(id);
    this.#dirty.add(id);
    this.#flushSoon();
  }

  /** A machine did again what is known of it. */
  cameAgain(id: string): void {
    if (this.#closed || (this.#dirty.size > 0 && this.#dirty.has(id))) return;
    this.#again.add(id);
    this.#againTimer ??= setTimeout(() => this.#writeAgain(), againMs).unref();
  }

  /** A record is to be removed. */
  gone(id: string): void {
    this.unchanged(id);
    this.#gone.add(id);
    this.#flushSoon();
  }

  /** It is there after all. */
  notGone(id: string): void {
    this.#gone.delete(id);
  }

  /** Nothing is to be written of it any more. */
  unchanged(id: string): void {
    this.#dirty.delete(id);
    this.#again.delete(id);
  }

  /** Writes what is waiting. What cannot be written is lost then; the store says so in the log. */
  async close(): Promise<void> {
    clearTimeout(this.#againTimer);
    this.#writeAgain();
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#flush();
  }

  #writeAgain(): void {
    this.#againTimer = undefined;
    for (const id of this.#again) this.#dirty.add(id);
    this.#again.clear();
    if (this.#dirty.size > 0) this.#flushSoon();
  }

  #flushSoon(afterMs = flushMs): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // What could not be written is tried again; the store says so in the log.
      void this.#flush();
    }, afterMs).unref();
  }

  async #flush(): Promise<void> {
    const { store, recordOf } = this.#options;
    const changed = take(this.#dirty, flushRecords);
    const gone = [...this.#gone];
    if (changed.length === 0 && gone.length === 0) return;
    this.#gone.clear();
    const puts: StatePut[] = gone.map((key) => ({ table: 'machines', key, value: undefined }));
    for (const key of changed) puts.push({ table: 'machines', key, value: recordOf(key) });
    try {
      await store.commit({ puts });
    } catch {
      for (const id of changed) this.#dirty.add(id);
      for (const id of gone) this.#gone.add(id);
      return this.#flushSoon();
    }
    if (this.#dirty.size === 0) return;
    // Ten thousand machines that boot at once are written one after the other, not all in each second.
    if (this.#closed) await this.#flush();
    else this.#flushSoon(nextFlushMs);
  }
}

/** Takes the first ones out. */
function take(ids: Set<string>, most: number): string[] {
  const taken: string[] = [];
  for (const id of ids) {
    if (taken.length === most) break;
    taken.push(id);
  }
  for (const id of taken) ids.delete(id);
  return taken;
}
