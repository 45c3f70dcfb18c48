/** What was seen and is not yet taken in: it waits in order, within a bound, and is taken in without holding answers up. */
import { limits } from '../limits/limits.ts';
import { runInSpareTime } from './spare-time.ts';
import { type Task, WaitingTasks } from './waiting-tasks.ts';

export interface Backlog {
  /**
   * @param bytes that the task keeps while it waits
   * @param from the address that it is about
   * @returns false when too much is waiting: it is dropped and counted
   */
  add(task: () => void, bytes?: number, from?: string): boolean;
  /**
   * Does at once what need not wait: nothing is waiting that is about that address, or may be.
   * @param work returns whether it was done; it has to take as long as putting it where it waits
   * @param seen what it is called with: a function anew for each answer would be most of what this makes
   * @returns false where it was not done and may be added
   */
  atOnce<Seen>(work: (seen: Seen, from: string) => boolean, seen: Seen, from: string): boolean;
  /**
   * Takes in everything at once. With an address only what is about it, and not too much of that: who asks must not pay for
   * what others let pile up.
   */
  catchUp(from?: string): void;
  /** Takes in all that waits by now, and lets others have their turns in between. */
  catchUpInTurns(): Promise<void>;
  readonly waiting: number;
  readonly dropped: number;
  /** Whether a task more would be dropped. It is counted as one then: who asks need not prepare it. */
  isFull(): boolean;
  close(): void;
}

export interface BacklogOptions {
  /** Tasks that may wait; as the table of limits says unless told otherwise. */
  readonly most?: number;
  /** Bytes that they may keep; the same. */
  readonly mostBytes?: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
  /** Told of what a task throws. */
  readonly onFault?: (error: unknown) => void;
  /** How busy the process was since it was asked last, from 0 to 1. */
  readonly utilization?: () => number;
}

/** So much is taken in at a time even where the clock says that time is up, or a computer without time would never get on. */
const tasksAtOnce = 4;
/** After a task that kept more the clock is asked, too. */
const heavyBytes = 16 * 1024;
/** Who catches up holds others up for no longer at a time. */
const turnMs = 2;
/** About one address, before an answer to it is decided: some 10 ms. */
const mostAtOnce = 256;

export function createBacklog(options: BacklogOptions = {}): Backlog {
  const { most = limits.seenWaiting, mostBytes = limits.seenWaitingBytes, onFault = () => {} } = options;
  const { now = performance.now.bind(performance), utilization } = options;
  const tasks = new WaitingTasks({ most, mostBytes });
  let dropped = 0;
  const run = ({ work }: Task) => {
    try {
      work();
    } catch (error) {
      // What is only recorded must end neither the process nor the answer that waits for it.
      onFault(error);
    }
  };
  const runUntil = (untilMs: number) => {
    for (let done = 1; tasks.size > 0; done++) {
      const task = tasks.takeFirst();
      run(task);
      if ((done % tasksAtOnce === 0 || task.bytes > heavyBytes) && now() >= untilMs) break;
    }
    tasks.tidy();
  };
  const inSpareTime = runInSpareTime(runUntil, { isDone: () => tasks.size === 0, now, utilization });
  return {
    add: (work, bytes = 0, from) => {
      if (!tasks.hasRoom(bytes)) {
        dropped++;
        return false;
      }
      tasks.add({ work, bytes, from });
      inSpareTime.goOn();
      return true;
    },
    atOnce: (work, seen, from) => {
      if (tasks.mayBeAbout(from)) return false;
      try {
        return work(seen, from);
      } catch (error) {
        onFault(error);
        return true;
      }
    },
    isFull: () => {
      if (!tasks.isFull) return false;
      dropped++;
      return true;
    },
    catchUpInTurns: () => inTurns(tasks, () => runUntil(now() + turnMs)),
    catchUp: (from) =>
      from === undefined ? runUntil(Number.POSITIVE_INFINITY) : tasks.takeAbout(from, mostAtOnce, run),
    get waiting() {
      return tasks.size;
    },
    get dropped() {
      return dropped;
    },
    close: () => {
      inSpareTime.close();
      runUntil(Number.POSITIVE_INFINITY);
    },
  };
}

/** Does what waits by now, and lets others have their turns in between. */
async function inTurns(tasks: WaitingTasks, takeTurn: () => void): Promise<void> {
  for (let left = tasks.size; left > 0 && tasks.size > 0; ) {
    const before = tasks.size;
    takeTurn();
    left -= Math.max(1, before - tasks.size);
    if (left > 0) await new Promise((resolve) => setImmediate(resolve));
  }
}
