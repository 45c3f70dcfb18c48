/** Gathers changes and writes many at once: those that somebody waits for at once, what is recorded in passing within a moment. */

import { systemMessage } from '@matchbox/gotext';
import type { Logger } from '../log/log.ts';
import type { MachineEvent } from '../machines/event.ts';
import { type StateChange, StateError } from '../machines/state-store.ts';

export interface Committer {
  /** @throws StateError `write_failed`, `closed` */
  commit(change: StateChange): Promise<void>;
  /** @returns false when too much is waiting */
  record(event: MachineEvent, text?: string): boolean;
  readonly dropped: number;
  /** Writes what is waiting and takes no more. */
  close(): Promise<void>;
}

export interface CommitterOptions {
  /**
   * Writes changes as one, durably. Never called twice at a time.
   * @returns why a change was refused, by its number; the others are made
   */
  readonly write: (changes: readonly StateChange[]) => Promise<ReadonlyMap<number, StateError>>;
  /** For messages. */
  readonly folder: string;
  readonly logger: Logger;
  /** What is recorded in passing waits no longer than this (50 ms). */
  readonly gatherMs?: number;
}

const defaultGatherMs = 50;
/** … or until there are so many. */
const gatherEvents = 1024;
/** Events that may wait; the next ones are dropped. */
const maxWaiting = 10_000;
/** Changes in one line of the journal, so that a line stays small enough to be read for one machine's sake. */
const maxChanges = 512;

interface Waiting {
  readonly change: StateChange;
  readonly resolve: () => void;
  readonly reject: (error: StateError) => void;
}

/** What was recorded in passing and is not written yet. */
class Recorded {
  #events: MachineEvent[] = [];
  /** JSON of each of them, where that is at hand. */
  #texts: (string | undefined)[] = [];

  get length(): number {
    return this.#events.length;
  }

  add(event: MachineEvent, text: string | undefined): void {
    this.#events.push(event);
    this.#texts.push(text);
  }

  first(most: number): Required<Pick<StateChange, 'events' | 'texts'>> {
    return { events: this.#events.slice(0, most), texts: this.#texts.slice(0, most) };
  }

  drop(count: number): void {
    this.#events = this.#events.slice(count);
    this.#texts = this.#texts.slice(count);
  }
}

export function createCommitter(options: CommitterOptions): Committer {
  const { write, folder, logger, gatherMs = defaultGatherMs } = options;
  const recorded = new Recorded();
  const waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let dropped = 0;
  let failing = false;
  let closed = false;

  const writeOnce = async () => {
    const commits = waiting.splice(0, maxChanges);
    const first = recorded.first(gatherEvents);
    try {
      const refused = await write([first, ...commits.map(({ change }) => change)]);
      recorded.drop(first.events.length);
      if (failing) logger.info('the state is written again', { path: folder });
      failing = false;
      for (const [i, { resolve, reject }] of commits.entries()) {
        const refusal = refused.get(i + 1);
        if (refusal === undefined) resolve();
        else reject(refusal);
      }
    } catch (cause) {
      const message = `write ${folder}: ${systemMessage(cause)}`;
      if (!failing) logger.error(`the machines' state cannot be kept: ${message}`, { path: folder });
      failing = true;
      for (const { reject } of commits) reject(new StateError('write_failed', message, { cause }));
    }
  };

  const run = async () => {
    do await writeOnce();
    while (waiting.length > 0 || (!failing && recorded.length >= gatherEvents));
    writing = undefined;
    if (recorded.length > 0 && !closed) later();
  };
  const now = () => {
    clearTimeout(timer);
    timer = undefined;
    writing ??= run();
  };
  const later = () => {
    timer ??= setTimeout(now, failing ? 1000 : gatherMs);
  };

  return {
    commit: (change) => {
      if (closed) return Promise.reject(new StateError('closed', `write ${folder}: the state is closed`));
      return new Promise((resolve, reject) => {
        waiting.push({ change, resolve, reject });
        now();
      });
    },
    record: (event, text) => {
      if (closed || recorded.length >= maxWaiting) {
        dropped++;
        return false;
      }
      recorded.add(event, text);
      if (recorded.length >= gatherEvents && !failing) now();
      else if (writing === undefined) later();
      return true;
    },
    get dropped() {
      return dropped;
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await writing;
      while (recorded.length > 0 && !failing) await writeOnce();
    },
  };
}
