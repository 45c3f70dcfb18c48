/** Does parts of long work beside each other, as many as there are cores; the first of them here. */
import type { Part, PartResults } from '../foresight/part.ts';
import { type Range, rangesOf } from '../foresight/ranges.ts';
import type { CommandContext, Threads } from './command.ts';

/** A thread has to start and to read everything anew: fewer than these are done sooner without. */
const leastPerThread = 750;

interface Work<T extends Part> {
  readonly total: number;
  /** For another thread; asked for once there is one. */
  readonly partOf: (range: Range) => T;
  readonly here: (range: Range) => PartResults[T['work']] | Promise<PartResults[T['work']]>;
}

/** @returns the parts' results, in their order */
export async function inThreads<T extends Part>(
  { threads }: CommandContext,
  { total, partOf, here }: Work<T>,
): Promise<PartResults[T['work']][]> {
  const [first, ...rest] = rangesOf(total, countThreads(threads, total) + 1);
  const running = rest.map(async (range) => {
    try {
      return await threads!.run(partOf(range));
    } catch {
      // No thread could be had, for want of memory or where the program lies: the work is done all the same.
      return undefined;
    }
  });
  const results = [await here(first!)];
  for (const [index, part] of running.entries()) results.push((await part) ?? (await here(rest[index]!)));
  return results;
}

/** How many threads beside this one are worth having for so many things. */
export function countThreads(threads: Threads | undefined, total: number): number {
  return Math.max(0, Math.min(threads?.count ?? 0, Math.floor(total / leastPerThread) - 1));
}
