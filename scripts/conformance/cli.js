// npm run conformance -- cli FOLDER…: replays recorded server command lines: exit codes, both outputs, a probe of the server.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultsOf } from './cli/compare.js';
import { runServer } from './cli/run.js';
import { makeWorkingCopy, readScenario, removeWorkingCopy } from './http/scenario.js';

/** Command lines of a scenario that run side by side; most of them wait for the server to start. */
const sideBySide = 3;

/** @returns {Promise<{ id: string, passed: boolean, rule?: string, faults: string[] }[]>} */
export async function replayCommandLines(paths) {
  const results = [];
  for (const folder of paths.flatMap(foldersIn)) {
    const scenario = readScenario(folder);
    const cases = readFileSync(join(folder, 'cli.jsonl'), 'utf8').trim().split('\n').map(JSON.parse);
    const dir = makeWorkingCopy(scenario);
    try {
      const found = new Array(cases.length);
      let next = 0;
      const work = async () => {
        while (next < cases.length) {
          const at = next++;
          found[at] = judge(cases[at], await runServer(dir, cases[at]));
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

function judge(recorded, outcome) {
  const { faults, rule } = faultsOf(recorded, outcome);
  return { id: recorded.id, passed: faults.length === 0, ...(rule && { rule }), faults };
}

function foldersIn(path) {
  if (existsSync(join(path, 'cli.jsonl'))) return [path];
  const inner = readdirSync(path).sort();
  return inner.map((name) => join(path, name)).filter((folder) => existsSync(join(folder, 'cli.jsonl')));
}

export async function main(paths) {
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
