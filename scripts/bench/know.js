// npm run bench -- know: what answers beforehand cost (validate, impact, explain), and what replacing files costs the machines.
import { spawn } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { gzip } from '@matchbox/butane/node';
import { explain } from '../../packages/matchbox/dist/core/explain.js';
import { dataAccess } from '../../packages/matchbox/dist/data-access.js';
import { freePort, median, printTable, program, runScript, startServer, withFolder } from './child.js';
import { groupFile, groupText, macOf, queryOf, writeSite } from './know/data.js';

const groupCount = 10_000;
const replacedCount = 1_000;
const rounds = 3;
const rate = 1_000;
const secondsPerRun = 3;
const wanted = { validate: 5, impact: 10 };

export async function main() {
  await withFolder(async (folder) => {
    const site = join(folder, 'site');
    const other = join(folder, 'other');
    writeSite(site, groupCount);
    cpSync(site, other, { recursive: true });
    change(other);
    const commands = [
      await measureCommand(['validate', '-data-path', site], 0),
      await measureCommand(['impact', '-data-path', site, other], 2),
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
function change(folder) {
  const template = join(folder, 'ignition/role-3.yaml');
  writeFileSync(template, readFileSync(template, 'utf8').replace('mode: 0644', 'mode: 0640'));
  for (const i of [10, 20, 30]) writeFileSync(join(folder, groupFile(i)), groupText(i, 'second'));
}

/** Wall and CPU seconds of a command; the latter say something on a busy machine too. */
async function measureCommand(args, expectedCode) {
  const runs = [];
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

function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** CPU seconds (user and system) of all children that have ended so far. */
function childrenCpuSeconds() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

async function measureExplain(site) {
  const snapshot = await dataAccess.openSnapshot(site);
  const times = [];
  for (let i = 0; i < 400; i++) {
    const started = performance.now();
    explain(snapshot, queryOf((i * 37) % groupCount), { gzip });
    if (i >= 100) times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const at = (share) => Number(times[Math.floor(times.length * share)].toFixed(2));
  return { groups: groupCount, 'p50 ms': at(0.5), 'p99 ms': at(0.99) };
}

/** The server under a steady load: nothing happens, then 1,000 files are replaced at once. */
async function measureServing(folder, site) {
  const port = await freePort();
  const args = [`-address=127.0.0.1:${port}`, `-data-path=${site}`, '-assets-path='];
  const server = await startServer(process.execPath, [program, ...args], { port, logFile: join(folder, 'log') });
  // The machine's own group is not among those that are replaced.
  const target = `/ignition?${queryOf(groupCount - 1)}`;
  const runs = { nothing: [], replaced: [] };
  try {
    for (let round = 0; round < rounds; round++) {
      runs.nothing.push(await runScript('know/paced-load.js', [port, target, rate, secondsPerRun]));
      runs.replaced.push(await replaceUnderLoad(site, port, target, `note-${round}`));
    }
  } finally {
    await server.stop();
  }
  const row = (what, of) => ({
    what,
    'p50 ms': median(of.map(({ p50Ms }) => p50Ms)),
    'p99 ms': median(of.map(({ p99Ms }) => p99Ms)),
    'max ms': median(of.map(({ maxMs }) => maxMs)),
    'in force after ms': of[0].inForceMs === undefined ? '' : median(of.map(({ inForceMs }) => inForceMs)),
    errors: of.reduce((sum, { errors }) => sum + errors, 0),
  });
  return [row('no change', runs.nothing), row(`${replacedCount} files replaced`, runs.replaced)];
}

async function replaceUnderLoad(site, port, target, note) {
  const load = runScript('know/paced-load.js', [port, target, rate, secondsPerRun]);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await runScript('know/replace.js', [site, 0, replacedCount, note]);
  const inForceMs = await untilServed(port, replacedCount - 1, note);
  return { ...(await load), inForceMs };
}

/** How long it takes after the last file was written until the server answers from it. */
async function untilServed(port, i, note) {
  const started = performance.now();
  while (performance.now() - started < 30_000) {
    const text = await fetchText(port, `/metadata?mac=${macOf(i)}${i % 4 === 0 ? '&os=installed' : ''}`);
    if (text.includes(`NOTE=${note}\n`)) return Math.round(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('the replaced files are not in force after 30 s');
}

function fetchText(port, path) {
  return new Promise((resolve, reject) => {
    get({ port, path, host: '127.0.0.1', agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

function printVerdicts(commands) {
  console.log();
  // The fastest run says most about the program, the CPU time whether others were in its way.
  for (const { command, 'fastest s': seconds, 'CPU s': cpu } of commands) {
    const limit = wanted[command];
    if (limit === undefined) continue;
    const met = seconds < limit ? 'met   ' : 'MISSED';
    console.log(`${met}  ${command} of ${groupCount} groups in under ${limit} s: ${seconds} s (CPU ${cpu} s)`);
  }
}
