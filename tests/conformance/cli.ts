/** npm run conformance -- cli FOLDER…: replays recorded server command lines: exit codes, both outputs, a probe of the server. */
import { faultsOf } from './cli/compare.ts';
import { type CliOutcome, type RecordedCommandLine, runServer } from './cli/run.ts';
import { foldersWith, linesOf, makeWorkingCopy, readScenario, removeWorkingCopy } from './http/scenario.ts';
import type { Verdict } from './recorded.ts';

/** Command lines of a scenario that run side by side; most of them wait for the server to start. */
const sideBySide = 3;

/** One command line, judged. */
interface CliResult extends Verdict {
  readonly id: string;
}

export async function replayCommandLines(paths: readonly string[]): Promise<CliResult[]> {
  const results: CliResult[] = [];
  for (const folder of foldersWith(paths, 'cli.jsonl')) {
    const scenario = readScenario(folder);
    const waiting = [...linesOf<RecordedCommandLine>(folder, 'cli.jsonl').entries()];
    const dir = makeWorkingCopy(scenario);
    try {
      const found: CliResult[] = [];
      const work = async (): Promise<void> => {
        for (let next = waiting.shift(); next; next = waiting.shift()) {
          const [at, recorded] = next;
          found[at] = judge(recorded, await runServer(dir, recorded));
        }
      };
      await Promise.all(Array.from({ length: sideBySide }, work));
      results.push(...found);
    } finally {
      removeWorkingCopy(dir);
    }
  }
  return results;
}

function judge(recorded: RecordedCommandLine, outcome: CliOutcome): CliResult {
  const { faults, rule } = faultsOf(recorded, outcome);
  return { id: recorded.id, passed: faults.length === 0, ...(rule && { rule }), faults };
}

export async function main(paths: readonly string[]): Promise<number> {
  const results = await replayCommandLines(paths);
  for (const { id, faults } of results.filter(({ passed }) => !passed)) {
    console.log(`FAIL ${id}`);
    for (const fault of faults) console.log(`     ${fault}`);
  }
  const excused = results.filter(({ rule }) => rule);
  for (const { id, rule } of excused) console.log(`intended difference (${rule}): ${id}`);
  const passed = results.filter((result) => result.passed).length;
  console.log(`\ncli: ${passed}/${results.length} passed`);
  return passed === results.length && results.length > 0 ? 0 : 1;
}
