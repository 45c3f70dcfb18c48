/** What was seen and is not yet taken in: it waits in order, within a bound, and is taken in without holding answers up. */

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
  /** Tasks that may wait (10,000). */
  readonly most?: number;
  /** Bytes that they may keep (32 MiB). */
  readonly mostBytes?: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
  /** Told of what a task throws. */
  readonly onFault?: (error: unknown) => void;
  /** How busy the process was since it was asked last, from 0 to 1. */
  readonly utilization?: () => number;
}

/** Where the time is used up that may be spent here, this long nothing is taken in. */
const pauseMs = 2;
/** The part of the time that may be spent here: half of what is idle otherwise, and never less than lets the backlog go on. */
const leastShare = 0.06;
const shareOfIdle = 0.5;
/** A request that comes meanwhile waits no longer for it. */
const sliceMs = 0.2;
/** Time that was not spent is not saved up beyond this. */
const mostSavedMs = 4;
const mostOwedMs = 0.5;
/** So much is taken in at a time even where the clock says that time is up, or a computer without time would never get on. */
const tasksAtOnce = 4;
/** After a task that kept more the clock is asked, too. */
const heavyBytes = 16 * 1024;
/** How busy the process is, is looked at this often. */
const lookMs = 20;

/** Who catches up holds others up for no longer at a time. */
const turnMs = 2;

/** In the place of a task that is done, so that nothing of it is kept. */
const emptied: Task = { work: () => {}, bytes: 0 };

/** About one address, before an answer to it is decided: some 10 ms. */
const mostAtOnce = 256;

interface Task {
  readonly work: () => void;
  readonly bytes: number;
  readonly from?: string | undefined;
}

export function createBacklog(options: BacklogOptions = {}): Backlog {
  const {
    most = 10_000,
    mostBytes = 32 * 1024 * 1024,
    now = performance.now.bind(performance),
    onFault = () => {},
    utilization = measureUtilization(),
  } = options;
  let tasks: Task[] = [];
  let keptBytes = 0;
  let next = 0;
  let dropped = 0;
  /** How much waits by address. */
  const waiting = new Map<string, number>();
  /** How much waits that is about no address. */
  let ofNobody = 0;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  let closed = false;
  /** Time that may be spent, and when it was counted last; below zero it was too much. */
  let savedMs = 0;
  let lastAt = now();
  let share = leastShare;
  let lookedAt = Number.NEGATIVE_INFINITY;

  const take = (index: number) => {
    const { work, bytes, from } = tasks[index]!;
    tasks[index] = emptied;
    keptBytes -= bytes;
    if (from === undefined) ofNobody--;
    else {
      const left = waiting.get(from)! - 1;
      if (left === 0) waiting.delete(from);
      else waiting.set(from, left);
    }
    try {
      work();
    } catch (error) {
      // What is only recorded must end neither the process nor the answer that waits for it.
      onFault(error);
    }
  };
  const run = (untilMs: number) => {
    let done = 0;
    while (next < tasks.length) {
      const { bytes } = tasks[next]!;
      take(next++);
      if ((++done % tasksAtOnce === 0 || bytes > heavyBytes) && now() >= untilMs) break;
    }
    if (next === tasks.length) {
      tasks = [];
      next = 0;
    } else if (next > 1024) {
      tasks = tasks.slice(next);
      next = 0;
    }
  };
  const runOf = (from: string) => {
    let left = Math.min(waiting.get(from) ?? 0, mostAtOnce);
    for (let index = next; left > 0 && index < tasks.length; index++) {
      if (tasks[index]!.from !== from) continue;
      left--;
      take(index);
    }
  };
  const goOn = () => {
    if (next === tasks.length || closed) return;
    if (savedMs > 0) immediate ??= setImmediate(slice);
    else timer ??= setTimeout(slice, pauseMs);
  };
  const slice = () => {
    clearTimeout(timer);
    timer = immediate = undefined;
    const startedAt = now();
    if (startedAt - lookedAt >= lookMs) {
      share = Math.max(leastShare, (1 - utilization()) * shareOfIdle);
      lookedAt = startedAt;
    }
    savedMs = Math.min(mostSavedMs, savedMs + (startedAt - lastAt) * share);
    lastAt = startedAt;
    if (savedMs > 0) {
      run(startedAt + Math.min(sliceMs, savedMs));
      // Who was kept from running meanwhile by other processes does not pay for it.
      savedMs = Math.max(-mostOwedMs, savedMs - (now() - startedAt));
    }
    goOn();
  };
  return {
    add: (work, bytes = 0, from) => {
      if (tasks.length - next >= most || keptBytes + bytes > mostBytes) {
        dropped++;
        return false;
      }
      tasks.push({ work, bytes, from });
      keptBytes += bytes;
      if (from === undefined) ofNobody++;
      else waiting.set(from, (waiting.get(from) ?? 0) + 1);
      goOn();
      return true;
    },
    atOnce: (work, seen, from) => {
      if (ofNobody > 0 || (waiting.size > 0 && waiting.has(from))) return false;
      try {
        return work(seen, from);
      } catch (error) {
        onFault(error);
        return true;
      }
    },
    isFull: () => {
      if (tasks.length - next < most) return false;
      dropped++;
      return true;
    },
    catchUpInTurns: async () => {
      for (let left = tasks.length - next; left > 0 && next < tasks.length; ) {
        const before = tasks.length - next;
        run(now() + turnMs);
        left -= Math.max(1, before - (tasks.length - next));
        if (left > 0) await new Promise((resolve) => setImmediate(resolve));
      }
    },
    catchUp: (from) => (from === undefined ? run(Number.POSITIVE_INFINITY) : runOf(from)),
    get waiting() {
      return tasks.length - next;
    },
    get dropped() {
      return dropped;
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
      clearImmediate(immediate);
      run(Number.POSITIVE_INFINITY);
    },
  };
}

function measureUtilization(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const current = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(current, last);
    last = current;
    return utilization;
  };
}
