// npm run conformance -- bootcmd FOLDER…: replays recorded command lines of bootcmd (a scenario, or a folder of them).
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { replayCommands } from './bootcmd/replay.js';
import { rules } from './bootcmd-differences.js';
import { linesOf } from './grpc/replay.js';
import { printTally } from './grpc/tally.js';
import { readScenario } from './http/scenario.js';

/** @returns {Promise<object[]>} one result for each command line, see replayCommands(), also about `execute` */
export async function replayAll(paths, execute) {
  const results = [];
  for (const folder of paths.flatMap(scenariosBelow)) {
    results.push(
      ...(await replayCommands({ ...readScenario(folder), lines: linesOf(folder, 'bootcmd.jsonl') }, rules, execute)),
    );
  }
  return results;
}

export async function main(paths) {
  const results = await replayAll(paths);
  for (const { id, faults } of results.filter(({ passed }) => !passed)) {
    console.log(`FAIL ${id}`);
    for (const fault of faults) console.log(`     ${fault}`);
  }
  printTally('command', results, ({ command }) => command);
  printTally(
    'passed by an intended difference',
    results.filter(({ rule }) => rule),
    ({ rule }) => rule,
  );
  const passed = results.filter((result) => result.passed).length;
  console.log(`\nbootcmd: ${passed}/${results.length} passed`);
  return passed === results.length && results.length > 0 ? 0 : 1;
}

function scenariosBelow(path) {
  if (existsSync(join(path, 'bootcmd.jsonl'))) return [path];
  return readdirSync(path)
    .sort()
    .map((name) => join(path, name))
    .filter((folder) => existsSync(join(folder, 'bootcmd.jsonl')));
}
