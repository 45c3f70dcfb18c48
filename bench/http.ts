/** npm run bench -- http: requests a second against a bare node:http server, by number of groups; start-up time and memory. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromSource } from '../tools/from-source.ts';
import { freePort } from '../tools/ports.ts';
import { cpuSeconds, type MeasuredServer, memoryMiB, program, runScript, startServer, withFolder } from './child.ts';
import { measureMachines } from './http-machines.ts';
import type { Load } from './load.ts';
import { median } from './percentile.ts';
import { printTable } from './table.ts';

const sizes = [1, 100, 1000, 10_000, 100_000];
const connections = 32;
const secondsPerRun = 1;
const rounds = 5;
const wanted = { ofOneGroup: 0.9, ofCeiling: 0.6, startMs: 2000 };

/** What an endpoint reaches with so many groups. */
type Reached = Readonly<
  Record<'endpoint', string> &
    Record<
      'groups' | 'rps' | 'p50 ms' | 'p99 ms' | 'ceiling' | 'of ceiling' | 'CPU µs' | 'bare CPU µs' | 'errors',
      number
    >
>;

type Row = Reached & { readonly 'of 1 group': number };

/** What a start costs with so many groups. */
type Start = Readonly<Record<'groups' | 'start ms' | 'start CPU ms' | 'MiB after start' | 'MiB after load', number>>;

export async function main(): Promise<void> {
  const reached: Reached[] = [];
  const starts: Start[] = [];
  for (const size of sizes) {
    await withFolder(async (folder) => {
      writeData(folder, size);
      const { start, endpoints } = await measureSize(folder, size);
      starts.push(start);
      reached.push(...endpoints);
    });
  }
  const rows: Row[] = reached.map((row) => {
    const one = reached.find(({ endpoint, groups }) => endpoint === row.endpoint && groups === 1);
    return { ...row, 'of 1 group': share(row.rps, one?.rps ?? Number.NaN) };
  });
  printTable(`requests a second, ${connections} connections, logging to a file (fastest of ${rounds} runs)`, rows);
  printTable('start-up', starts);
  const machines = await measureMachines();
  printTable('`/ignition` from Butane, each request for another machine, whose text no other has', machines);
  printVerdicts(rows, starts);
  console.log(JSON.stringify({ bench: 'http', rows, starts, machines }));
}

async function measureSize(folder: string, size: number): Promise<{ start: Start; endpoints: Reached[] }> {
  const port = await freePort();
  const logFile = join(folder, 'log');
  const args = [`-address=127.0.0.1:${port}`, `-data-path=${folder}`, `-assets-path=${folder}/assets`];
  const server = await startServer([...program, ...args], { port, logFile });
  const start = {
    groups: size,
    'start ms': Math.round(server.startMs),
    'start CPU ms': Math.round(cpuSeconds([server.pid]) * 1000),
    'MiB after start': memoryMiB(server.pid).now,
  };
  const endpoints: Reached[] = [];
  try {
    for (const [path, target] of targets(size)) {
      endpoints.push({ endpoint: path, groups: size, ...(await measure(folder, server, target)) });
    }
    return { start: { ...start, 'MiB after load': memoryMiB(server.pid).now }, endpoints };
  } finally {
    await server.stop();
  }
}

/** What a machine in the middle of the groups asks: each endpoint and its target. */
export function targets(size: number): [path: string, target: string][] {
  const mac = macOf(Math.floor(size / 2)).replaceAll(':', '-');
  const query = `uuid=16e7d8a7-bfa9-428b-9117-363341bb330a&mac=${mac}&domain=example.com&hostname=node1&serial=&arch=x86_64`;
  return ['/ipxe', '/metadata', '/ignition'].map((path) => [path, `${path}?${query}`]);
}

/** The product and a bare server with the same answer, in turns, so that both meet the same weather. */
async function measure(
  folder: string,
  server: MeasuredServer,
  target: string,
): Promise<Omit<Reached, 'endpoint' | 'groups'>> {
  const answer = await fetchAnswer(server.port, target);
  const file = join(folder, 'answer.json');
  writeFileSync(file, JSON.stringify(answer));
  const barePort = await freePort();
  const script = fromSource(fileURLToPath(new URL('bare.ts', import.meta.url)));
  const bare = await startServer([...script, `${barePort}`, file], {
    port: barePort,
    logFile: join(folder, 'bare.log'),
  });
  const ours: Run[] = [];
  const theirs: Run[] = [];
  try {
    // What compiles and allocates at first is no part of either.
    await load(server, target);
    await load(bare, target);
    for (let round = 0; round < rounds; round++) {
      ours.push(await load(server, target));
      theirs.push(await load(bare, target));
    }
  } finally {
    await bare.stop();
  }
  // What else a machine does only slows a run down, so the fastest one tells most.
  const fastest = (runs: readonly Run[]): Run => runs.reduce((best, run) => (run.rps > best.rps ? run : best));
  const [our, their] = [fastest(ours), fastest(theirs)];
  return {
    rps: our.rps,
    'p50 ms': our.p50Ms,
    'p99 ms': our.p99Ms,
    ceiling: their.rps,
    // Of each round on its own, since both met the same weather in it.
    'of ceiling': median(ours.map((run, round) => share(run.rps, theirs[round]!.rps))),
    'CPU µs': our.cpuMicros,
    'bare CPU µs': their.cpuMicros,
    errors: ours.reduce((sum, run) => sum + run.errors, 0),
  };
}

export type Run = Load & { readonly cpuMicros: number };

/** One run against a server, with the CPU time that it took per request: that one says something on a busy machine too. */
export async function load({ pid, port }: MeasuredServer, target: string): Promise<Run> {
  const before = cpuSeconds([pid]);
  const run = await runScript<Load>('load.ts', [port, target, connections, secondsPerRun]);
  return { ...run, cpuMicros: Math.round(((cpuSeconds([pid]) - before) * 1e6) / run.requests) };
}

function fetchAnswer(port: number, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    get({ port, path, host: '127.0.0.1', agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { connection, date, 'keep-alive': keepAlive, ...headers } = response.headers;
        resolve({ status: response.statusCode, headers, body: Buffer.concat(chunks).toString('base64') });
      });
    }).on('error', reject);
  });
}

export function writeData(folder: string, size: number): void {
  for (const kind of ['groups', 'profiles', 'ignition', 'assets']) mkdirSync(join(folder, kind));
  const write = (path: string, value: unknown): void => writeFileSync(join(folder, path), JSON.stringify(value));
  for (let i = 0; i < size; i++) {
    write(`groups/node-${i}.json`, {
      id: `node-${i}`,
      name: `Node ${i}`,
      profile: 'worker',
      selector: { mac: macOf(i), os: i % 2 === 0 ? undefined : '' },
      metadata: {
        role: 'worker',
        index: i,
        network: { ip: `10.0.${(i >> 8) & 255}.${i & 255}`, mask: 24 },
        ssh_key: 'ssh-ed25519 AAAA',
      },
    });
  }
  write('profiles/worker.json', {
    id: 'worker',
    boot: {
      kernel: '/assets/vmlinuz',
      initrd: ['--name main /assets/initrd.img'],
      args: [
        'initrd=main',
        'console=ttyS0',
        'ignition.firstboot',
        'ignition.config.url=http://boot.example.test/ignition?mac=${mac:hexhyp}',
      ],
    },
    ignition_id: 'worker.ign',
  });
  const unit = (i: number) => ({
    name: `unit-${i}.service`,
    enabled: true,
    contents: `[Service]\nExecStart=/usr/bin/sleep ${i}\n`,
  });
  write('ignition/worker.ign', {
    ignition: { version: '3.4.0' },
    systemd: { units: Array.from({ length: 10 }, (_, i) => unit(i)) },
  });
}

function macOf(i: number): string {
  const hex = i.toString(16).padStart(6, '0');
  return `52:54:00:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4)}`;
}

function share(part: number, whole: number): number {
  return Number((part / whole).toFixed(2));
}

function printVerdicts(rows: readonly Row[], starts: readonly Start[]): void {
  const start = starts.find(({ groups }) => groups === 10_000)?.['start ms'] ?? Number.NaN;
  const ofTenThousand = rows.filter(({ groups }) => groups === 10_000);
  const tenThousand = Math.min(...ofTenThousand.map((row) => row['of 1 group']));
  // It does not depend on the number of groups, as the line above says, so the sizes are several measurements of one thing.
  const ratios = ['/ipxe', '/metadata', '/ignition'].map((endpoint) =>
    median(rows.filter((row) => row.endpoint === endpoint && row.groups <= 10_000).map((row) => row['of ceiling'])),
  );
  const ceiling = Math.min(...ratios);
  console.log();
  verdict(
    `10,000 groups reach at least ${wanted.ofOneGroup} of what 1 group reaches`,
    tenThousand,
    tenThousand >= wanted.ofOneGroup,
  );
  verdict(
    `at least ${wanted.ofCeiling} of the bare server (median over up to 10,000 groups; the lowest of the endpoints)`,
    ceiling,
    ceiling >= wanted.ofCeiling,
  );
  verdict(`start-up with 10,000 groups in under ${wanted.startMs} ms`, start, start < wanted.startMs);
}

function verdict(text: string, value: number, met: boolean): void {
  console.log(`${met ? 'met   ' : 'MISSED'}  ${text}: ${value}`);
}
