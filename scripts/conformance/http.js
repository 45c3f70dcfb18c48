// npm run conformance -- http FOLDER…: replays recorded HTTP scenarios (one, or a folder of them) against started servers.

import { replayScenario } from './http/replay.js';
import { scenariosIn } from './http/scenario.js';
import { rules } from './http-differences.js';

/** Scenarios are waiting for answers most of the time, so a few run side by side. */
const sideBySide = 4;

/**
 * @param {{ inProcess?: boolean }} options see replay.js
 * @returns {Promise<{ scenario: string, results: object[] }[]>} in the order of the scenarios
 */
export async function replayAll(paths, options) {
  const scenarios = scenariosIn(paths);
  const outcomes = new Array(scenarios.length);
  let next = 0;
  const work = async () => {
    while (next < scenarios.length) {
      const at = next++;
      outcomes[at] = {
        scenario: scenarios[at].name,
        results: await replayScenario(scenarios[at], rules, options),
      };
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, work));
  return outcomes;
}

export async function main(paths) {
  const outcomes = await replayAll(paths);
  const results = outcomes.flatMap((outcome) => outcome.results);
  for (const { id, faults } of results.filter(({ passed }) => !passed)) {
    console.log(`FAIL ${id}`);
    for (const fault of faults) console.log(`     ${fault}`);
  }
  printTable(
    'endpoint',
    tally(results, ({ endpoint }) => endpoint),
  );
  printTable(
    'scenario',
    tally(results, ({ id }) => id.split('/')[0]),
  );
  printTable(
    'passed by an intended difference',
    tally(
      results.filter(({ rule }) => rule),
      ({ rule }) => rule,
    ),
  );
  const passed = results.filter((result) => result.passed).length;
  console.log(`\nhttp: ${passed}/${results.length} passed`);
  return results.length > 0 && passed === results.length ? 0 : 1;
}

function tally(results, keyOf) {
  const counts = new Map();
  for (const result of results) {
    const count = counts.get(keyOf(result)) ?? { passed: 0, total: 0 };
    count.total++;
    if (result.passed) count.passed++;
    counts.set(keyOf(result), count);
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function printTable(title, rows) {
  console.log(`\n${title}`);
  for (const [name, { passed, total }] of rows)
    console.log(`  ${name.padEnd(36)} ${`${passed}/${total}`.padStart(10)}`);
}
