/** Where two lists of lines differ: the shortest way from one to the other, by Myers' algorithm of the package `diff`. */
import { diffArrays } from 'diff';

/** Lines `beforeStart` to `beforeEnd` (from 0, the end excluded) are replaced by `afterStart` to `afterEnd`. */
export interface LineRun {
  readonly beforeStart: number;
  readonly beforeEnd: number;
  readonly afterStart: number;
  readonly afterEnd: number;
}

/** Time and memory grow with the square of the edits; texts with more have nothing in common worth the search. */
const maxEdits = 2_000;

/** @returns runs in order, none touching the next; the shortest way, unless the texts differ in thousands of lines */
export function lineRuns(before: readonly string[], after: readonly string[]): LineRun[] {
  const changes = diffArrays([...before], [...after], { maxEditLength: maxEdits });
  if (changes === undefined) return [wholeRun(before, after)];
  const runs: LineRun[] = [];
  let [at, to] = [0, 0];
  let isOpen = false;
  for (const { added, removed, count } of changes) {
    const run = {
      beforeStart: at,
      beforeEnd: added ? at : at + count,
      afterStart: to,
      afterEnd: removed ? to : to + count,
    };
    [at, to] = [run.beforeEnd, run.afterEnd];
    const isChange = added || removed;
    const last = runs.at(-1);
    if (isChange && isOpen && last !== undefined) runs[runs.length - 1] = { ...last, beforeEnd: at, afterEnd: to };
    else if (isChange) runs.push(run);
    isOpen = isChange;
  }
  return runs;
}

/** All but what both begin and end with. */
function wholeRun(before: readonly string[], after: readonly string[]): LineRun {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { beforeStart: start, beforeEnd: before.length - end, afterStart: start, afterEnd: after.length - end };
}
