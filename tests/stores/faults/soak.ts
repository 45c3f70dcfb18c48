/** Ten changes a second through three replicas, processes of their own, while one thing after the other is done to their engine. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { migrateEtcd, migratePostgres } from 'matchbox/testing';
import { type Engines, startingAt } from './engines.ts';
import { type Harm, harms } from './harms.ts';
import { hasNamespace } from './namespace.ts';
import { SoakJudge } from './soak-judge.ts';
import type { SoakLine } from './soak-replica.ts';
import type { Scenario } from './verdict.ts';

const program = fileURLToPath(new URL('./soak-replica.ts', import.meta.url));
const runner = fileURLToPath(new URL('../../../tools/run.js', import.meta.url));
const replicas = 3;
/** Each; together ten a second. */
const writeEveryMs = 300;
/** Between two faults, for all to be well again. */
const wellMs = 4000;

const harmsOf: Readonly<Record<Scenario['engine'], readonly Harm[]>> = {
  etcd: [harms.killFollower, harms.stopLeader, harms.killLeader, ...(hasNamespace() ? [harms.cutOffLeader] : [])],
  postgres: [harms.terminateListeners, harms.stopListeners, harms.killPostgres],
};

/** @param soakSeconds how long, instead of thrice the time of others */
export function soaked(engine: Scenario['engine'], soakSeconds: number | undefined): Scenario {
  const run = async (engines: Engines, seconds: number) => {
    const url = await newStore(engine, engines);
    const judge = new SoakJudge();
    const children = Array.from({ length: replicas }, (_, i) =>
      startReplica(engine === 'etcd' ? startingAt(url, i) : url, i, judge),
    );
    try {
      await Promise.all(children.map(({ opened }) => opened));
      const until = performance.now() + (soakSeconds ?? 3 * seconds) * 1000;
      for (let i = 0; performance.now() < until; i++) {
        await sleep(wellMs);
        await harmsOf[engine][i % harmsOf[engine].length]!(engines, 10);
      }
      await sleep(2 * wellMs);
      await Promise.all(children.map(({ end }) => end()));
    } finally {
      for (const { kill } of children) kill();
    }
    return { ...judge.verdict(replicas), late: '' };
  };
  return { row: 19, name: 'soak: one fault after the other', engine, isShort: false, run };
}

async function newStore(engine: Scenario['engine'], engines: Engines): Promise<string> {
  const url = engine === 'etcd' ? (await engines.etcd()).newUrl() : await (await engines.postgres()).createDatabase();
  await (engine === 'etcd' ? migrateEtcd(url) : migratePostgres(url));
  return url;
}

function startReplica(url: string, index: number, judge: SoakJudge) {
  const words = ['--expose-gc', runner, program, url, `${index}`, `${writeEveryMs}`];
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = new Promise((resolve) => child.once('close', resolve));
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => judge.hear(index, JSON.parse(line) as SoakLine));
  return {
    opened: Promise.race([new Promise((resolve) => lines.once('line', resolve)), closed]),
    end: async () => {
      child.stdin.end();
      await Promise.race([closed, sleep(30_000, undefined, { ref: false })]);
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
