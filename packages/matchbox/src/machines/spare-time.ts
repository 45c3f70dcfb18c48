/**
 * Does what nobody waits for in the time that is to spare: half of what is idle otherwise, and never less than lets it go on; a little
 * at a time.
 */

export interface SpareTimeOptions {
  readonly isDone: () => boolean;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** How busy the process was since it was asked last, from 0 to 1. */
  readonly utilization?: (() => number) | undefined;
}

export interface SpareTime {
  /** There is something to be done. */
  goOn(): void;
  close(): void;
}

/** Where the time is used up that may be spent, this long nothing is done. */
const pauseMs = 2;
/** A request that comes meanwhile waits no longer for it. */
const sliceMs = 0.2;
const leastShare = 0.06;
const shareOfIdle = 0.5;
/** Time that was not spent is not saved up beyond this. */
const mostSavedMs = 4;
const mostOwedMs = 0.5;
/** How busy the process is, is looked at this often. */
const lookMs = 20;

/** @param runUntil does a little even where the time has come already */
export function runInSpareTime(
  runUntil: (untilMs: number) => void,
  { isDone, now, utilization }: SpareTimeOptions,
): SpareTime {
  const account = new Account(now(), utilization);
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  let closed = false;
  const goOn = () => {
    if (isDone() || closed) return;
    if (account.savedMs > 0) immediate ??= setImmediate(slice);
    else timer ??= setTimeout(slice, pauseMs);
  };
  const slice = () => {
    clearTimeout(timer);
    timer = immediate = undefined;
    const startedAt = now();
    account.count(startedAt);
    if (account.savedMs > 0) {
      runUntil(startedAt + Math.min(sliceMs, account.savedMs));
      account.spent(now() - startedAt);
    }
    goOn();
  };
  return {
    goOn,
    close: () => {
      closed = true;
      clearTimeout(timer);
      clearImmediate(immediate);
    },
  };
}

/** Time that may be spent, as it was counted last; below zero it was too much. */
class Account {
  savedMs = 0;
  #lastAt: number;
  readonly #utilization: () => number;
  #share = leastShare;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(at: number, utilization = measureUtilization()) {
    this.#lastAt = at;
    this.#utilization = utilization;
  }

  count(at: number): void {
    if (at - this.#lookedAt >= lookMs) {
      this.#share = Math.max(leastShare, (1 - this.#utilization()) * shareOfIdle);
      this.#lookedAt = at;
    }
    this.savedMs = Math.min(mostSavedMs, this.savedMs + (at - this.#lastAt) * this.#share);
    this.#lastAt = at;
  }

  spent(ms: number): void {
    // Who was kept from running meanwhile by other processes does not pay for it.
    this.savedMs = Math.max(-mostOwedMs, this.savedMs - ms);
  }
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
