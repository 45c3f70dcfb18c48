/** Gathers changes and writes many at once: those that somebody waits for at once, what is recorded in passing within a moment. */

import { systemMessage } from '@matchbox/gotext';
import { limits } from '../limits/limits.ts';
import type { Logger } from '../log/log.ts';
import type { Recorded } from '../machines/event.ts';
import { type StateChange, StateError } from '../machines/state-store.ts';

export interface Committer {
  /** @throws StateError `write_failed`, `closed` */
  commit(change: StateChange): Promise<void>;
  /** @returns false when too much is waiting */
  record(event: Recorded): boolean;
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
const { eventsWaiting } = limits;
/** Changes in one line of the journal, so that a line stays small enough to be read for one machine's sake. */
const maxChanges = 512;

interface Waiting {
  readonly change: StateChange;
  readonly resolve: () => void;
  readonly reject: (error: StateError) => void;
}

export function createCommitter(options: CommitterOptions): Committer {
  const { write, folder, logger, gatherMs = defaultGatherMs } = options;
  /** What was recorded in passing and is not written yet. */
  let recorded: Recorded[] = [];
  const waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let dropped = 0;
  let failing = false;
  let closed = false;

  const writeOnce = async () => {
    const commits = waiting.splice(0, maxChanges);
    const events = recorded.slice(0, gatherEvents);
    try {
      const refused = await write([{ events }, ...commits.map(({ change }) => change)]);
      recorded = recorded.slice(events.length);
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
    record: (event) => {
      if (closed || recorded.length >= eventsWaiting) {
        dropped++;
        return false;
      }
      recorded.push(event);
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
