/** Writes rollouts: a beginning before it is in force, everything else behind it, and again what could not be written. */
import type { MachineEvent } from '../event.ts';
import { StateError, type StatePut, type StateStore, type StateValue } from '../state-store.ts';
import { memberKey, removal } from './records.ts';
import type { Roll } from './roll.ts';

/** What is said of a record whose beginning is being written. */
export const aboutToBe = Symbol('about to be');

export interface WritingOptions {
  readonly store: StateStore;
  /** Tells of an event that is kept. */
  readonly tell: (event: MachineEvent) => void;
  /** The record of a key as it is in force; undefined for none. */
  readonly inForce: (key: string) => StateValue | typeof aboutToBe | undefined;
}

/** What became of a beginning. */
export type Beginning = 'kept' | 'failed' | 'beaten';

/** Whoever waits for something to be durable waits so long. */
const patienceMs = 2000;

export class Writing {
  readonly #options: WritingOptions;
  /** Keys whose records could not be written yet: what is written is what is in force by then, never what was. */
  readonly #late = new Set<string>();

  constructor(options: WritingOptions) {
    this.#options = options;
  }

  /**
   * Writes a beginning. Never rejects.
   * @returns `failed` where it is not durable in time: then it never was, written or not; `beaten` where a put's `ifIs` was not so
   */
  async begin(event: MachineEvent, puts: readonly [StatePut, ...StatePut[]]): Promise<Beginning> {
    const kept = this.#options.store.commit({ events: [event], puts }).then(
      (): Beginning => 'kept',
      (error: unknown): Beginning => (isConflict(error) ? 'beaten' : 'failed'),
    );
    const outcome = await inTime<Beginning>(kept, 'failed');
    if (outcome === 'failed') void kept.then((late) => (late === 'kept' ? this.#takeBack(puts[0]) : undefined));
    return outcome;
  }

  /** Writes what is in force by these keys, with what was left. Never rejects. @returns whether it is durable */
  async write(events: readonly MachineEvent[], keys: readonly string[]): Promise<boolean> {
    for (const key of keys) this.#late.add(key);
    const taken = [...this.#late].flatMap((key) => {
      const value = this.#options.inForce(key);
      // Whoever begins it writes it; what was to be written before waits until that has come to an end.
      return value === aboutToBe ? [] : [{ key, value }];
    });
    for (const { key } of taken) this.#late.delete(key);
    try {
      const puts = taken.map(({ key, value }): StatePut => ({ table: 'rollouts', key, value }));
      await this.#options.store.commit({ events, puts });
    } catch {
      for (const { key } of taken) this.#late.add(key);
      return false;
    } finally {
      for (const event of events) this.#options.tell(event);
    }
    return true;
  }

  /** The same, for whoever waits, but not for ever. */
  writeInTime(events: readonly MachineEvent[], keys: readonly string[]): Promise<boolean> {
    return inTime(this.write(events, keys), false);
  }

  /** Tries again what could not be written. */
  again(): void {
    if (this.#late.size > 0) void this.write([], []);
  }

  /** What is removed needs no writing. */
  forget({ rollout, members }: Roll): void {
    this.#late.delete(rollout.name);
    for (const id of members.keys()) this.#late.delete(memberKey(rollout, id));
  }

  /** The record that came too late, and no other: the machine may have begun anew meanwhile, here or with another replica. */
  async #takeBack({ key, value }: StatePut): Promise<void> {
    try {
      await this.#options.store.commit({ puts: [{ ...removal(key), ifIs: value }] });
    } catch (error) {
      if (!isConflict(error)) this.#late.add(key);
    }
  }
}

export function isConflict(error: unknown): boolean {
  return error instanceof StateError && error.code === 'conflict';
}

/** What it comes to; `otherwise` where that takes longer than whoever waits for it has patience. */
export async function inTime<T>(kept: Promise<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), patienceMs);
  });
  const outcome = await Promise.race([kept, late]);
  clearTimeout(timer);
  return outcome;
}
