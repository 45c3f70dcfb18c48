/** When to look at the disk: soon after a hint, again while something is not settled, and now and then in any case. */
import type { Look } from './file-view.ts';
import type { FileId } from './look.ts';

/** What is to be looked at. */
export type Scope = 'all' | readonly FileId[];

export interface LookPlan {
  /** Something was heard of these files, or of one knows not which. */
  hint(scope: Scope): void;
  /** Whether everything is to be looked at already, so that nobody needs to know what else was heard of. */
  readonly isAll: boolean;
  /** Takes what is due, so that somebody else looks at it now; undefined when nothing is. */
  takeDue(): Scope | undefined;
  /** What a look has left open is planned, the first one too. @param tookMs how long it took */
  looked(scope: Scope, look: Look, tookMs: number): void;
  /** A look failed for a reason of ours. */
  failed(): void;
  close(): void;
}

/** After a hint, wait this long for the hints that follow. */
const debounceMs = 25;
/** The longest pause between two looks when hints do not end. */
const maxRestMs = 400;
/** The slow poll takes about one hundredth of the time, within these limits; more where it alone sees changes. */
const pollLimitsMs = { least: 1_000, most: 60_000 };
const pauseFactors = { heard: 100, unheard: 20 };
/** Of more files than these one look at all of them costs less. */
const maxFiles = 256;

export interface LookPlanOptions {
  /** Called when something is due; it takes it with `takeDue`. */
  readonly onDue: () => void;
  /** Whether every change is hinted at. */
  readonly isHeard: () => boolean;
}

export function createLookPlan({ onDue, isHeard }: LookPlanOptions): LookPlan {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let dueAtMs = Number.POSITIVE_INFINITY;
  let restUntilMs = 0;
  let all = false;
  const files = new Map<string, FileId>();

  const add = (scope: Scope) => {
    if (scope === 'all') all = true;
    else for (const file of scope) files.set(file.join('/'), file);
    if (files.size > maxFiles) all = true;
    if (all) files.clear();
  };

  const schedule = (afterMs: number) => {
    const nowMs = performance.now();
    const atMs = Math.max(nowMs + afterMs, restUntilMs);
    if (closed || atMs >= dueAtMs) return;
    clearTimeout(timer);
    dueAtMs = atMs;
    timer = setTimeout(() => {
      dueAtMs = Number.POSITIVE_INFINITY;
      onDue();
    }, atMs - nowMs).unref();
  };

  // The poll has a timer of its own, since it looks at everything and hints mostly at something.
  let poll: NodeJS.Timeout | undefined;
  const schedulePoll = (tookMs: number) => {
    clearTimeout(poll);
    if (closed) return;
    poll = setTimeout(
      () => {
        add('all');
        schedule(0);
      },
      Math.min(Math.max(tookMs * pauseFactors[isHeard() ? 'heard' : 'unheard'], pollLimitsMs.least), pollLimitsMs.most),
    );
    poll.unref();
  };
  return {
    hint: (scope) => {
      add(scope);
      schedule(debounceMs);
    },
    get isAll() {
      return all;
    },
    takeDue: () => {
      const due: Scope | undefined = all ? 'all' : files.size > 0 ? [...files.values()] : undefined;
      all = false;
      files.clear();
      return due;
    },
    looked: (scope, { againMs, unsettled, unsettledAll }, tookMs) => {
      // Somebody who writes without end does not keep the server busy without end.
      restUntilMs = performance.now() + Math.min(tookMs * 2, maxRestMs);
      if (scope === 'all') schedulePoll(tookMs);
      if (againMs === undefined) return;
      add(unsettledAll ? 'all' : unsettled);
      schedule(againMs);
    },
    failed: () => {
      add('all');
      schedule(pollLimitsMs.least);
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
      clearTimeout(poll);
    },
  };
}
