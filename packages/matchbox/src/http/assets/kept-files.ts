/** Small files that were asked for lately, in memory: a rack that loads the same initrd reads it from the disk once. */
import type { Stats } from 'node:fs';
import { limits } from '../../limits/limits.ts';

/** A file with a change as young as this may change again without a sign of it: times of file systems are coarse. */
const settledMs = 2000;
/** What an entry takes beside its path and bytes, about. */
const entryBytes = 512;

/** What tells one state of a file from the next. */
export type State = Pick<Stats, 'dev' | 'ino' | 'size' | 'mtimeMs' | 'ctimeMs'>;

interface Kept {
  readonly state: State;
  readonly bytes: Uint8Array;
  /** Bytes that it counts for. */
  readonly weight: number;
  /** How many answers are being sent from it. */
  readers: number;
  /** Nobody finds it any more; it counts until its last reader is done. */
  isForgotten: boolean;
}

/** A file in memory, until `release` is called. */
export interface Lent {
  readonly bytes: Uint8Array;
  release(): void;
}

/** Bounded by bytes; those that slow clients still hold count, too. The one that was not asked for longest goes first. */
export class KeptFiles {
  readonly #budgetBytes: number;
  /** By path; the one that was asked for last stands last. */
  readonly #files = new Map<string, Kept>();
  #bytes = 0;

  readonly #nowMs: () => number;

  /**
   * @param budgetBytes of all files together; a single one may have `limits.keptAssetBytes`
   * @param nowMs the clock of the files' times
   */
  constructor(budgetBytes: number = limits.keptAssetsBytes, nowMs: () => number = Date.now) {
    this.#budgetBytes = budgetBytes;
    this.#nowMs = nowMs;
  }

  /** Of all that is held in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** @param state what the file is now; what was kept of another state is forgotten */
  find(path: string, state: State): Lent | undefined {
    const kept = this.#files.get(path);
    if (kept === undefined) return undefined;
    this.#files.delete(path);
    if (!isSame(kept.state, state)) {
      this.#forget(kept);
      return undefined;
    }
    this.#files.set(path, kept);
    return this.#lend(kept);
  }

  /**
   * Keeps a file if it is small, has not changed just now, and there is room.
   * @param read its bytes, all of them; undefined when it has changed meanwhile
   */
  async keep(path: string, state: State, read: () => Promise<Uint8Array | undefined>): Promise<Lent | undefined> {
    const { size } = state;
    const weight = size + path.length + entryBytes;
    const isSettled = Math.max(state.mtimeMs, state.ctimeMs) < this.#nowMs() - settledMs;
    if (size > limits.keptAssetBytes || !isSettled || !this.#makeRoom(weight)) return undefined;
    this.#bytes += weight;
    let bytes: Uint8Array | undefined;
    try {
      bytes = await read();
    } finally {
      if (bytes === undefined) this.#bytes -= weight;
    }
    if (bytes === undefined) return undefined;
    const kept: Kept = { state, bytes, weight, readers: 0, isForgotten: false };
    const other = this.#files.get(path);
    if (other) this.#forget(other);
    this.#files.delete(path);
    this.#files.set(path, kept);
    return this.#lend(kept);
  }

  #makeRoom(weight: number): boolean {
    for (const [path, kept] of this.#files) {
      if (this.#bytes + weight <= this.#budgetBytes) return true;
      // What is being sent would not make room.
      if (kept.readers > 0) continue;
      this.#files.delete(path);
      this.#forget(kept);
    }
    return this.#bytes + weight <= this.#budgetBytes;
  }

  #lend(kept: Kept): Lent {
    kept.readers++;
    let isOut = true;
    const release = () => {
      if (!isOut) return;
      isOut = false;
      kept.readers--;
      if (kept.isForgotten && kept.readers === 0) this.#bytes -= kept.weight;
    };
    return { bytes: kept.bytes, release };
  }

  #forget(kept: Kept): void {
    kept.isForgotten = true;
    if (kept.readers === 0) this.#bytes -= kept.weight;
  }
}

function isSame(a: State, b: State): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.dev === b.dev;
}
