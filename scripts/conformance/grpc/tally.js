// Counts results by what they are about.

export function printTally(title, results, keyOf) {
  const counts = new Map();
  for (const result of results) {
    const count = counts.get(keyOf(result)) ?? { passed: 0, total: 0 };
    count.total++;
    if (result.passed) count.passed++;
    counts.set(keyOf(result), count);
  }
  console.log(`\n${title}`);
  for (const [key, { passed, total }] of [...counts].sort()) console.log(`  ${key.padEnd(34)} ${passed}/${total}`);
}
