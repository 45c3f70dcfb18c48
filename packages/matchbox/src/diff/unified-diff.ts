/** Differences between two texts as people read them: hunks of a unified diff, with lines of context. */
import { type LineRun, lineRuns } from './line-runs.ts';

/** Lines that are equal, around those that are not. */
const contextLines = 3;

export interface UnifiedDiff {
  /** Without the `---` and `+++` lines: `@@ -1,4 +1,5 @@`, then lines that begin with a space, `-` or `+`. */
  readonly lines: readonly string[];
  /** The `-` and `+` lines alone, run by run: equal for texts that differ in the same way at other places. */
  readonly runs: readonly (readonly string[])[];
}

export function unifiedDiff(before: readonly string[], after: readonly string[]): UnifiedDiff {
  const runs = lineRuns(before, after);
  return {
    lines: hunksOf(runs).flatMap((hunk) => formatHunk(hunk, before, after)),
    runs: runs.map((run) => changedLines(run, before, after)),
  };
}

/** Runs so near to each other that their contexts meet are one hunk. */
function hunksOf(runs: readonly LineRun[]): LineRun[][] {
  const hunks: LineRun[][] = [];
  for (const run of runs) {
    const last = hunks.at(-1)?.at(-1);
    if (last !== undefined && run.beforeStart - last.beforeEnd <= 2 * contextLines) hunks.at(-1)!.push(run);
    else hunks.push([run]);
  }
  return hunks;
}

function formatHunk(hunk: readonly LineRun[], before: readonly string[], after: readonly string[]): string[] {
  const [first, last] = [hunk[0]!, hunk.at(-1)!];
  const from = Math.max(0, first.beforeStart - contextLines);
  const to = Math.min(before.length, last.beforeEnd + contextLines);
  const afterFrom = first.afterStart - (first.beforeStart - from);
  const afterTo = last.afterEnd + (to - last.beforeEnd);
  const lines: string[] = [`@@ -${place(from, to)} +${place(afterFrom, afterTo)} @@`];
  let at = from;
  for (const run of hunk) {
    lines.push(...before.slice(at, run.beforeStart).map((line) => ` ${line}`), ...changedLines(run, before, after));
    at = run.beforeEnd;
  }
  return [...lines, ...before.slice(at, to).map((line) => ` ${line}`)];
}

function changedLines(run: LineRun, before: readonly string[], after: readonly string[]): string[] {
  return [
    ...before.slice(run.beforeStart, run.beforeEnd).map((line) => `-${line}`),
    ...after.slice(run.afterStart, run.afterEnd).map((line) => `+${line}`),
  ];
}

/** Quirk: of a range without lines, diff names the line before it; and it leaves out a count of 1 (GNU diffutils, src/context.c). */
function place(from: number, to: number): string {
  const count = to - from;
  return count === 1 ? `${from + 1}` : `${count === 0 ? from : from + 1},${count}`;
}
