/** What a long case waits for, one thing after the other, each within its own time and with the time that it took. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Started } from '../../tools/vm/lifetime.ts';
import { consoleExcerpt } from '../../tools/vm/serial.ts';
import { whenOverdue } from '../../tools/vm/slowness.ts';

export interface Step {
  /** For a reader: `partitioning has begun`. */
  readonly name: string;
  /** On a computer that is fast and idle, counted from the step before. */
  readonly withinMs: number;
  readonly reached: () => boolean;
}

const POLL_MS = 200;

/**
 * Waits for the steps in order.
 *
 * @param signs what tells that it will not come, each with what is then said
 * @param onReached is told each step with the milliseconds since the first was waited for
 * @throws Error with the end of the console
 */
export async function follow(
  machine: Started,
  steps: readonly Step[],
  signs: readonly (readonly [RegExp, string])[] = [],
  onReached: (name: string, ms: number) => void = () => {},
): Promise<void> {
  const begun = performance.now();
  let ended: string | undefined;
  void machine.exited.then(({ reason }) => {
    ended = reason;
  });
  for (const { name, withinMs, reached } of steps) {
    let overdue = false;
    const over = new AbortController();
    const pause = (ms: number) => sleep(ms, undefined, { signal: over.signal });
    whenOverdue(withinMs, pause).then(
      () => {
        overdue = true;
      },
      () => {},
    );
    try {
      while (!reached()) {
        const sign = signs.find(([pattern]) => pattern.test(machine.output()));
        const why =
          sign?.[1] ?? ended ?? (overdue ? `not within ${Math.round(withinMs / 1000)} s, stretched` : undefined);
        if (why !== undefined) {
          throw new Error(`waiting until ${name}: ${why}\n${consoleExcerpt(machine.output())}`);
        }
        await sleep(POLL_MS);
      }
    } finally {
      over.abort();
    }
    onReached(name, performance.now() - begun);
  }
}

/** Whether the console shows a text after what it showed before. */
export function shown(machine: Started, pattern: RegExp, from = 0): () => boolean {
  return () => pattern.test(machine.output().slice(from));
}
