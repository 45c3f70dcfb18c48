/**
 * Mistreats real engines and looks whether anything was lost: npm run faults -- [--runs N] [--short] [--strict] [--only TEXT] [--minutes N].
 * `--short` runs the most telling ones; `--strict` fails for what took too long, too, which only says something on a machine with nothing else to do;
 * `--minutes` is for how long the soaks go on, ten at least if they shall say something about memory.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { etcdObstacle } from '../etcd-server.ts';
import { postgresObstacle } from '../postgres-server.ts';
import { Engines } from './engines.ts';
import { hasNamespace, namespaceObstacle, namespaceVariable, prepareNamespace } from './namespace.ts';
import { scenariosWith } from './scenarios.ts';
import type { Scenario } from './verdict.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1' },
    short: { type: 'boolean', default: false },
    strict: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    minutes: { type: 'string' },
  },
});

process.exitCode = hasNamespace() || namespaceObstacle() !== undefined ? await runAll() : inNamespace();

/** The same program in a network and with mounts of its own: nothing of this machine's is touched. */
function inNamespace(): number {
  const runner = fileURLToPath(new URL('../../../tools/run.js', import.meta.url));
  const program = fileURLToPath(import.meta.url);
  const { status } = spawnSync('unshare', ['-n', '-m', process.execPath, runner, program, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, ...namespaceVariable },
  });
  return status ?? 1;
}

async function runAll(): Promise<number> {
  if (hasNamespace()) prepareNamespace();
  const chosen = scenariosWith(values.minutes === undefined ? undefined : Number(values.minutes) * 60).filter(
    ({ isShort, name }) => (isShort || !values.short) && name.includes(values.only),
  );
  const obstacles = { etcd: etcdObstacle(), postgres: postgresObstacle() };
  const engines = new Engines();
  let passed = 0;
  let failed = 0;
  const runOne = async (scenario: Scenario, run: number) => {
    const { row, name, engine } = scenario;
    const title = `row ${row}, ${engine}, run ${run}: ${name}`;
    const obstacle = scenario.obstacle ?? obstacles[engine];
    if (obstacle !== undefined) {
      console.log(`SKIPPED ${title}: ${obstacle}`);
      return;
    }
    try {
      const { figures, fault, late } = await scenario.run(engines, values.short ? 4 : 10);
      const isFailed = fault !== '' || (values.strict && late !== '');
      if (isFailed) failed++;
      else passed++;
      console.log(
        `${isFailed ? 'FAILED' : 'ok'} ${title}: ${figures}${fault && `; ${fault}`}${late && `; late: ${late}`}`,
      );
    } catch (error) {
      failed++;
      console.log(`FAILED ${title}: ${error instanceof Error ? error.stack : error}`);
    }
  };
  // The two engines know nothing of each other.
  const all = async (engine: Scenario['engine']) => {
    for (let run = 1; run <= Number(values.runs); run++)
      for (const scenario of chosen) if (scenario.engine === engine) await runOne(scenario, run);
  };
  try {
    await Promise.all([all('etcd'), all('postgres')]);
  } finally {
    await engines.close();
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0 ? 1 : 0;
}
