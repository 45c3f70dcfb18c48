import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineRuns } from './line-runs.ts';

const lines = (text: string) => Array.from(text);

test('lineRuns of equal and of empty texts', () => {
  expect(lineRuns([], [])).toEqual([]);
  expect(lineRuns(lines('abc'), lines('abc'))).toEqual([]);
  expect(lineRuns([], lines('ab'))).toEqual([{ beforeStart: 0, beforeEnd: 0, afterStart: 0, afterEnd: 2 }]);
  expect(lineRuns(lines('ab'), [])).toEqual([{ beforeStart: 0, beforeEnd: 2, afterStart: 0, afterEnd: 0 }]);
});

test('lineRuns keeps what is common between two places that differ', () => {
  expect(lineRuns(lines('abcde'), lines('aBcdEe'))).toEqual([
    { beforeStart: 1, beforeEnd: 2, afterStart: 1, afterEnd: 2 },
    { beforeStart: 4, beforeEnd: 4, afterStart: 4, afterEnd: 5 },
  ]);
});

/** Length of a longest common subsequence, by the definition. */
function commonLength(a: readonly string[], b: readonly string[]): number {
  const rows = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const longer = Math.max(rows[i - 1]![j]!, rows[i]![j - 1]!);
      rows[i]![j] = a[i - 1] === b[j - 1] ? rows[i - 1]![j - 1]! + 1 : longer;
    }
  }
  return rows[a.length]![b.length]!;
}

test('lineRuns leads from the one to the other, and no way is shorter', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 14 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const patched = [...before];
      const runs = lineRuns(before, after);
      for (const { beforeStart, beforeEnd, afterStart, afterEnd } of runs.toReversed()) {
        patched.splice(beforeStart, beforeEnd - beforeStart, ...after.slice(afterStart, afterEnd));
      }
      expect(patched).toEqual(after);
      const removed = runs.reduce((sum, { beforeStart, beforeEnd }) => sum + beforeEnd - beforeStart, 0);
      expect(before.length - removed).toBe(commonLength(before, after));
    }),
    { numRuns: 500 },
  );
});
