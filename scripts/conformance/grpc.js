// npm run conformance -- grpc FOLDER…: replays recorded gRPC calls (a scenario, or a folder of them) against started servers.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { linesOf, replayCalls } from './grpc/replay.js';
import { printTally } from './grpc/tally.js';
import { rules } from './grpc-differences.js';
import { readScenario } from './http/scenario.js';

/** @returns {Promise<object[]>} one result for each call, see replayCalls() */
export async function replayAll(paths) {
  const scenarios = paths
    .flatMap(scenariosBelow)
    .map((folder) => ({ ...readScenario(folder), calls: linesOf(folder, 'grpc.jsonl') }));
  return (await Promise.all(scenarios.map((scenario) => replayCalls(scenario, rules)))).flat();
}

export async function main(paths) {
  const results = await replayAll(paths);
  for (const { id, faults } of results.filter(({ passed }) => !passed)) {
    console.log(`FAIL ${id}`);
    for (const fault of faults) console.log(`     ${fault}`);
  }
  printTally('service', results, ({ service }) => service);
  printTally(
    'passed by an intended difference',
    results.filter(({ rule }) => rule),
    ({ rule }) => rule,
  );
  const passed = results.filter((result) => result.passed).length;
  console.log(`\ngrpc: ${passed}/${results.length} passed`);
  return passed === results.length && results.length > 0 ? 0 : 1;
}

function scenariosBelow(path) {
  if (existsSync(join(path, 'grpc.jsonl'))) return [path];
  return readdirSync(path)
    .sort()
    .map((name) => join(path, name))
    .filter((folder) => existsSync(join(folder, 'grpc.jsonl')));
}
