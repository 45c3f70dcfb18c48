/** npm run conformance -- bootcmd FOLDER…: replays recorded command lines of bootcmd (a scenario, or a folder of them). */
import { type CommandResult, type Execute, type RecordedCommand, replayCommands } from './bootcmd/replay.ts';
import { rules } from './bootcmd-differences.ts';
import { printTally } from './grpc/tally.ts';
import { foldersWith, linesOf, readScenario } from './http/scenario.ts';

/** @returns one result for each command line */
export async function replayAll(paths: readonly string[], execute?: Execute): Promise<CommandResult[]> {
  const results: CommandResult[] = [];
  for (const folder of foldersWith(paths, 'bootcmd.jsonl')) {
    const lines = linesOf<RecordedCommand>(folder, 'bootcmd.jsonl');
    results.push(...(await replayCommands({ ...readScenario(folder), lines }, rules, execute)));
  }
  return results;
}

export async function main(paths: readonly string[]): Promise<number> {
  const results = await replayAll(paths);
  for (const { id, faults } of results.filter(({ passed }) => !passed)) {
    console.log(`FAIL ${id}`);
    for (const fault of faults) console.log(`     ${fault}`);
  }
  printTally('command', results, ({ command }) => command);
  printTally(
    'passed by an intended difference',
    results.filter(({ rule }) => rule !== undefined),
    ({ rule = '' }) => rule,
  );
  const passed = results.filter((result) => result.passed).length;
  console.log(`\nbootcmd: ${passed}/${results.length} passed`);
  return passed === results.length && results.length > 0 ? 0 : 1;
}
