/** npm run conformance -- http FOLDER…: replays recorded HTTP scenarios (one, or a folder of them) against started servers. */

import { type HttpResult, type ReplayOptions, replayScenario } from './http/replay.ts';
import { scenariosIn } from './http/scenario.ts';
import { rules } from './http-differences.ts';

/** Scenarios are waiting for answers most of the time, so a few run side by side. */
const sideBySide = 4;

/** The results of a scenario. */
interface Outcome {
  readonly scenario: string;
  readonly results: readonly HttpResult[];
}

/** @returns in the order of the scenarios */
export async function replayAll(paths: readonly string[], options?: ReplayOptions): Promise<Outcome[]> {
  const scenarios = scenariosIn(paths);
  const outcomes: Outcome[] = [];
  const waiting = [...scenarios.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [at, scenario] = next;
      outcomes[at] = { scenario: scenario.name, results: await replayScenario(scenario, rules, options) };
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, work));
  return outcomes;
}

export async function main(paths: readonly string[]): Promise<number> {
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
    tally(results, ({ id }) => id.replace(/\/.*/s, '')),
  );
  printTable(
    'passed by an intended difference',
    tally(
      results.filter(({ rule }) => rule !== undefined),
      ({ rule = '' }) => rule,
    ),
  );
  const passed = results.filter((result) => result.passed).length;
  console.log(`\nhttp: ${passed}/${results.length} passed`);
  return results.length > 0 && passed === results.length ? 0 : 1;
}

interface Count {
  passed: number;
  total: number;
}

function tally(results: readonly HttpResult[], keyOf: (result: HttpResult) => string): [string, Count][] {
  const counts = new Map<string, Count>();
  for (const result of results) {
    const count = counts.get(keyOf(result)) ?? { passed: 0, total: 0 };
    count.total++;
    if (result.passed) count.passed++;
    counts.set(keyOf(result), count);
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function printTable(title: string, rows: readonly (readonly [string, Count])[]): void {
  console.log(`\n${title}`);
  for (const [name, { passed, total }] of rows)
    console.log(`  ${name.padEnd(36)} ${`${passed}/${total}`.padStart(10)}`);
}
