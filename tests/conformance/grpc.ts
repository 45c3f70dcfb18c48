/** npm run conformance -- grpc FOLDER…: replays recorded gRPC calls (a scenario, or a folder of them) against started servers. */
import { type CallResult, type RecordedCall, replayCalls } from './grpc/replay.ts';
import { printTally } from './grpc/tally.ts';
import { rules } from './grpc-differences.ts';
import { foldersWith, linesOf, readScenario } from './http/scenario.ts';

/** @returns one result for each call */
export async function replayAll(paths: readonly string[]): Promise<CallResult[]> {
  const scenarios = foldersWith(paths, 'grpc.jsonl').map((folder) => ({
    ...readScenario(folder),
    calls: linesOf<RecordedCall>(folder, 'grpc.jsonl'),
  }));
  return (await Promise.all(scenarios.map((scenario) => replayCalls(scenario, rules)))).flat();
}

export async function main(paths: readonly string[]): Promise<number> {
  const results = await replayAll(paths);
  for (const { id, faults } of results.filter(({ passed }) => !passed)) {
    console.log(`FAIL ${id}`);
    for (const fault of faults) console.log(`     ${fault}`);
  }
  printTally('service', results, ({ service }) => service);
  printTally(
    'passed by an intended difference',
    results.filter(({ rule }) => rule !== undefined),
    ({ rule = '' }) => rule,
  );
  const passed = results.filter((result) => result.passed).length;
  console.log(`\ngrpc: ${passed}/${results.length} passed`);
  return passed === results.length && results.length > 0 ? 0 : 1;
}
