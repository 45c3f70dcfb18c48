/**
 * npm run bench -- hostile: how long `/healthz` takes while five hostile clients work, each a process of its own that does the attacks
 * of the hostile suite in turn, beside a bare server on the same machine. With `ATTACK=WORD` only those whose name holds the word;
 * with `EACH=1` one attack after the other, to see which one it is.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { attacks } from '../tests/hostile/attacks.ts';
import { ask } from '../tests/hostile/survives.ts';
import { openTarget, type Target } from '../tests/hostile/target.ts';
import { fromSource } from '../tools/from-source.ts';
import { shipped } from '../tools/programs.ts';
import { percentile } from './percentile.ts';
import { printTable } from './table.ts';

const clients = 5;
const seconds = Number(process.env.BENCH_SECONDS ?? 60);
const probeMs = 20;
const wantedP99Ms = 100;

export async function main(): Promise<void> {
  const names = Object.keys(attacks).filter((name) => name.includes(process.env.ATTACK ?? ''));
  const runs = process.env.EACH ? names.map((name) => [name]) : [names];
  const rows = [];
  for (const run of runs)
    rows.push({ attack: run.length > 1 ? `${run.length} in turn` : run[0]!, ...(await measure(run)) });
  printTable(`/healthz while ${clients} hostile clients work, ms`, rows);
  for (const row of rows)
    console.log(`${row.p99 <= wantedP99Ms ? 'met   ' : 'MISSED'}  ${row.attack}: p99 ≤ ${wantedP99Ms} ms`);
  console.log(JSON.stringify({ bench: 'hostile', rows }));
}

async function measure(names: readonly string[]) {
  const target = await openTarget({ program: await shipped('matchbox') });
  const hostile = Array.from({ length: clients }, () => startClient(target, names));
  const times: number[] = [];
  const control: number[] = [];
  const wrong = new Set<string>();
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const [healthz, bare] = await Promise.all([ask(target.port, '/healthz'), ask(target.controlPort, '/')]);
    times.push(healthz.ms);
    control.push(bare.ms);
    if (healthz.body !== 'ok\n') wrong.add(`${healthz.status} ${healthz.body}`);
    await new Promise((resolve) => setTimeout(resolve, probeMs));
  }
  await Promise.all(hostile.map(end));
  await target.close();
  const [mine, bare] = [percentiles(times), percentiles(control)];
  return { ...mine, 'bare p99': bare.p99, 'bare max': bare.max, probes: times.length, wrong: [...wrong].join('; ') };
}

function startClient({ port, httpsPort, rpcPort }: Target, names: readonly string[]): ChildProcess {
  const script = fromSource(fileURLToPath(new URL('hostile/client.ts', import.meta.url)));
  // Another machine's: it takes no processor from the server.
  const words = ['-n', '19', ...script, JSON.stringify({ port, httpsPort, rpcPort }), ...names];
  return spawn('nice', words, { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function percentiles(times: readonly number[]) {
  const at = (share: number) => Number(percentile(times, share).toFixed(1));
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
