/** npm run bench -- know: what answers beforehand cost (validate, impact, explain), and what replacing files costs the machines. */
import { spawn } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { gzip } from '@matchbox/butane/node';
import { dataAccess, explain } from 'matchbox';
import { freePort } from '../tools/ports.ts';
import { program, runScript, startServer, withFolder } from './child.ts';
import { groupFile, groupText, macOf, queryOf, writeSite } from './know/data.ts';
import type { PacedLoad } from './know/paced-load.ts';
import { median, percentile } from './percentile.ts';
import { printTable } from './table.ts';

const groupCount = 10_000;
const replacedCount = 1_000;
const rounds = 3;
const rate = 1_000;
const secondsPerRun = 3;
/** The most seconds that a command may take. */
const wanted: Readonly<Record<string, number>> = { validate: 3, impact: 6 };

/** A row of the table of commands. */
type CommandRow = Readonly<Record<'command', string> & Record<'wall s' | 'fastest s' | 'CPU s', number>>;

/** A run under load; how long it took until replaced files were in force. */
type Served = PacedLoad & { readonly inForceMs?: number };

export async function main(): Promise<void> {
  await withFolder(async (folder) => {
    const site = join(folder, 'site');
    const other = join(folder, 'other');
    writeSite(site, groupCount);
    cpSync(site, other, { recursive: true });
    change(other);
    const commands = [
      await measureCommand(['validate', '-data-path', site], 0),
      await measureCommand(['impact', '-data-path', site, other], 3),
      await measureCommand(['explain', '-data-path', site, queryOf(4321)], 0),
    ];
    printTable(`commands on ${groupCount} groups, start-up included (median of ${rounds} runs)`, commands);
    const explaining = await measureExplain(site);
    printTable('explaining one machine in a process that runs', [explaining]);
    const serving = await measureServing(folder, site);
    printTable(`${rate} requests a second, each timed from when it was due (median of ${rounds} runs)`, serving);
    printVerdicts(commands);
    console.log(JSON.stringify({ bench: 'know', commands, explaining, serving }));
  });
}

/** What a change request may bring: one template that 500 machines use, and three groups. */
function change(folder: string): void {
  const template = join(folder, 'ignition/role-3.yaml');
  writeFileSync(template, readFileSync(template, 'utf8').replace('mode: 0644', 'mode: 0640'));
  for (const i of [10, 20, 30]) writeFileSync(join(folder, groupFile(i)), groupText(i, 'second'));
}

/** Wall and CPU seconds of a command; the latter say something on a busy machine too. */
async function measureCommand(args: readonly [string, ...string[]], expectedCode: number): Promise<CommandRow> {
  const runs: { wall: number; cpu: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const cpuBefore = childrenCpuSeconds();
    const started = performance.now();
    const { code, output } = await run(args);
    if (code !== expectedCode) throw new Error(`matchbox ${args[0]} ended with ${code}: ${output.slice(0, 500)}`);
    runs.push({ wall: (performance.now() - started) / 1000, cpu: childrenCpuSeconds() - cpuBefore });
  }
  return {
    command: args[0],
    'wall s': Number(median(runs.map(({ wall }) => wall)).toFixed(2)),
    'fastest s': Number(Math.min(...runs.map(({ wall }) => wall)).toFixed(2)),
    'CPU s': Number(median(runs.map(({ cpu }) => cpu)).toFixed(2)),
  };
}

function run(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const [node = '', ...words] = [...program, ...args];
    const child = spawn(node, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** CPU seconds (user and system) of all children that have ended so far. */
function childrenCpuSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

async function measureExplain(site: string): Promise<Record<string, number>> {
  const snapshot = await dataAccess.openSnapshot(site);
  const times: number[] = [];
  for (let i = 0; i < 400; i++) {
    const started = performance.now();
    explain(snapshot, queryOf((i * 37) % groupCount), { gzip });
    if (i >= 100) times.push(performance.now() - started);
  }
  const at = (share: number): number => Number(percentile(times, share).toFixed(2));
  return { groups: groupCount, 'p50 ms': at(0.5), 'p99 ms': at(0.99) };
}

/** The server under a steady load: nothing happens, then 1,000 files are replaced at once. */
async function measureServing(folder: string, site: string): Promise<Record<string, string | number>[]> {
  const port = await freePort();
  const args = [`-address=127.0.0.1:${port}`, `-data-path=${site}`, '-assets-path='];
  const server = await startServer([...program, ...args], { port, logFile: join(folder, 'log') });
  // The machine's own group is not among those that are replaced.
  const target = `/ignition?${queryOf(groupCount - 1)}`;
  const nothing: Served[] = [];
  const replaced: Served[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      nothing.push(await runScript<PacedLoad>('know/paced-load.ts', [port, target, rate, secondsPerRun]));
      replaced.push(await replaceUnderLoad(site, port, target, `note-${round}`));
    }
  } finally {
    await server.stop();
  }
  const inForce = median(replaced.map(({ inForceMs = Number.NaN }) => inForceMs));
  const row = (what: string, of: readonly Served[], inForceMs: string | number) => ({
    what,
    'p50 ms': median(of.map(({ p50Ms }) => p50Ms)),
    'p99 ms': median(of.map(({ p99Ms }) => p99Ms)),
    'max ms': median(of.map(({ maxMs }) => maxMs)),
    'in force after ms': inForceMs,
    errors: of.reduce((sum, { errors }) => sum + errors, 0),
  });
  return [row('no change', nothing, ''), row(`${replacedCount} files replaced`, replaced, inForce)];
}

async function replaceUnderLoad(site: string, port: number, target: string, note: string): Promise<Served> {
  const load = runScript<PacedLoad>('know/paced-load.ts', [port, target, rate, secondsPerRun]);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await runScript('know/replace.ts', [site, 0, replacedCount, note]);
  const inForceMs = await untilServed(port, replacedCount - 1, note);
  return { ...(await load), inForceMs };
}

/** How long it takes after the last file was written until the server answers from it. */
async function untilServed(port: number, i: number, note: string): Promise<number> {
  const started = performance.now();
  while (performance.now() - started < 30_000) {
    const text = await fetchText(port, `/metadata?mac=${macOf(i)}${i % 4 === 0 ? '&os=installed' : ''}`);
    if (text.includes(`NOTE=${note}\n`)) return Math.round(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('the replaced files are not in force after 30 s');
}

function fetchText(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ port, path, host: '127.0.0.1', agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

function printVerdicts(commands: readonly CommandRow[]): void {
  console.log();
  // The fastest run says most about the program, the CPU time whether others were in its way.
  for (const { command, 'fastest s': seconds, 'CPU s': cpu } of commands) {
    const limit = wanted[command];
    if (limit === undefined) continue;
    const met = seconds < limit ? 'met   ' : 'MISSED';
    console.log(`${met}  ${command} of ${groupCount} groups in under ${limit} s: ${seconds} s (CPU ${cpu} s)`);
  }
}
