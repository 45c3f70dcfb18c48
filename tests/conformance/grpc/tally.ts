/** Counts results by what they are about. */

import type { Verdict } from '../recorded.ts';

export function printTally<Result extends Verdict>(
  title: string,
  results: readonly Result[],
  keyOf: (result: Result) => string,
): void {
  const counts = new Map<string, { passed: number; total: number }>();
  for (const result of results) {
    const count = counts.get(keyOf(result)) ?? { passed: 0, total: 0 };
    count.total++;
    if (result.passed) count.passed++;
    counts.set(keyOf(result), count);
  }
  console.log(`\n${title}`);
  for (const [key, { passed, total }] of [...counts].sort()) console.log(`  ${key.padEnd(34)} ${passed}/${total}`);
}
