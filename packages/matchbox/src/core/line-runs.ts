/** Where two lists of lines differ: the shortest way from one to the other, by Myers' greedy algorithm. */

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
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let endBefore = before.length;
  let endAfter = after.length;
  while (endBefore > start && endAfter > start && before[endBefore - 1] === after[endAfter - 1]) {
    endBefore--;
    endAfter--;
  }
  const common = commonLines(before.slice(start, endBefore), after.slice(start, endAfter));
  const runs: LineRun[] = [];
  let [at, to] = [start, start];
  for (const [keptBefore, keptAfter] of [...common, [endBefore - start, endAfter - start] as const]) {
    const run = { beforeStart: at, beforeEnd: start + keptBefore, afterStart: to, afterEnd: start + keptAfter };
    if (run.beforeEnd > at || run.afterEnd > to) runs.push(run);
    at = start + keptBefore + 1;
    to = start + keptAfter + 1;
  }
  return runs;
}

/**
 * Index pairs of a longest common subsequence. `furthest[k]` is how far along `before` one comes on diagonal k (index in
 * `before` less index in `after`) with so many edits; each round's state is kept, to find the way back.
 */
function commonLines(before: readonly string[], after: readonly string[]): (readonly [number, number])[] {
  if (before.length === 0 || after.length === 0) return [];
  const limit = Math.min(before.length + after.length, maxEdits);
  const furthest = new Int32Array(2 * limit + 3);
  const zero = limit + 1;
  const rounds: Int32Array[] = [];
  for (let edits = 0; edits <= limit; edits++) {
    rounds.push(furthest.slice(zero - edits - 1, zero + edits + 2));
    for (let k = -edits; k <= edits; k += 2) {
      let x = stepFrom(furthest, zero, k, edits);
      let y = x - k;
      while (x < before.length && y < after.length && before[x] === after[y]) {
        x++;
        y++;
      }
      furthest[zero + k] = x;
      if (x >= before.length && y >= after.length) return wayBack(rounds, before.length, after.length);
    }
  }
  return [];
}

/** Where diagonal `k` is entered: from the one above by an added line, or from the one below by a removed one. */
function stepFrom(furthest: Int32Array, zero: number, k: number, edits: number): number {
  return isAdded(furthest, zero, k, edits) ? furthest[zero + k + 1]! : furthest[zero + k - 1]! + 1;
}

function isAdded(furthest: Int32Array, zero: number, k: number, edits: number): boolean {
  return k === -edits || (k !== edits && furthest[zero + k - 1]! < furthest[zero + k + 1]!);
}

function wayBack(rounds: readonly Int32Array[], endX: number, endY: number): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  let [x, y] = [endX, endY];
  for (let edits = rounds.length - 1; edits >= 0; edits--) {
    const furthest = rounds[edits]!;
    // A round's state begins at diagonal -edits - 1.
    const zero = edits + 1;
    const k = x - y;
    const entered = stepFrom(furthest, zero, k, edits);
    while (x > entered) pairs.push([--x, --y]);
    if (isAdded(furthest, zero, k, edits)) y--;
    else x--;
  }
  return pairs.reverse();
}
