/** The same question to members that may stand still: the next is asked before the last has given up, and the first answer counts. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Question<T> {
  /** How many can be asked, and who is asked first. */
  readonly size: number;
  readonly first: number;
  /** So long nobody else is asked. */
  readonly patienceMs: number;
  /** For one attempt; the same member is not asked again meanwhile. */
  readonly tryMs: number;
  /** For all of them together. */
  readonly withinMs: number;
  readonly ask: (index: number, tryMs: number, signal: AbortSignal) => Promise<T>;
  /** Throws what the asker is told when nobody is asked further; it has to when `isLast`. */
  readonly failed: (error: unknown, index: number, isLast: boolean) => void;
}

interface Answer<T> {
  readonly index: number;
  readonly answer: T;
}

interface Attempt<T> {
  readonly index: number;
  readonly outcome: Promise<{ readonly of: Attempt<T> } & ({ readonly answer: T } | { readonly error: unknown })>;
}

/** When every member has failed, each further attempt waits for so long. */
const restMs = 50;
/** In less nobody answers. */
const leastMs = 20;

/** Attempts whose answer is not waited for any more are canceled; they may have been taken all the same. */
export async function firstAnswer<T>(question: Question<T>): Promise<Answer<T>> {
  const { size, patienceMs, tryMs } = question;
  const until = performance.now() + question.withinMs;
  const leftMs = () => until - performance.now();
  const ended = new AbortController();
  const open = new Set<Attempt<T>>();
  const mayAsk = () => open.size === 0 || (open.size < size && leftMs() > leastMs);
  let next = question.first;
  let failures = 0;
  try {
    for (;;) {
      if (mayAsk()) {
        // Whole: gRPC's header for it knows no fractions, and etcd breaks off a connection for one.
        const ms = Math.ceil(Math.min(tryMs, Math.max(leftMs(), leastMs)));
        open.add(begin(question, next, { tryMs: ms, signal: ended.signal }));
        next = (next + 1) % size;
      }
      const outcome = await soonest(open, mayAsk() ? patienceMs : undefined);
      if (outcome === undefined) continue;
      const { index } = outcome.of;
      open.delete(outcome.of);
      if ('answer' in outcome) return { index, answer: outcome.answer };
      question.failed(outcome.error, index, open.size === 0 && leftMs() <= restMs + leastMs);
      if (++failures >= size) await sleep(restMs);
    }
  } finally {
    if (open.size > 0) ended.abort();
  }
}

function begin<T>(
  { ask }: Question<T>,
  index: number,
  { tryMs, signal }: { readonly tryMs: number; readonly signal: AbortSignal },
): Attempt<T> {
  const attempt: Attempt<T> = {
    index,
    outcome: ask(index, tryMs, signal).then(
      (answer) => ({ of: attempt, answer }),
      (error: unknown) => ({ of: attempt, error }),
    ),
  };
  return attempt;
}

/** @returns undefined when none has come to an end in time */
async function soonest<T>(open: ReadonlySet<Attempt<T>>, withinMs: number | undefined) {
  const outcomes = [...open].map(({ outcome }) => outcome);
  if (withinMs === undefined) return Promise.race(outcomes);
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, withinMs, undefined);
  });
  try {
    return await Promise.race([...outcomes, patience]);
  } finally {
    clearTimeout(timer);
  }
}
