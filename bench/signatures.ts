/**
 * npm run bench -- signatures: signed answers a second with an RSA-4096 key: the same content again and again, and new content each time;
 * and what that does to others, who ask for no signatures.
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateKey } from 'openpgp';
import { freePort } from '../tools/ports.ts';
import { cpuSeconds, type MeasuredServer, program, runScript, startServer, withFolder } from './child.ts';
import type { Load } from './load.ts';
import { median, percentile } from './percentile.ts';
import { printTable } from './table.ts';

const examples = fileURLToPath(new URL('../examples', import.meta.url));
const connections = 8;
const seconds = 3;
const newContents = 400;

/** A row of the table. */
type Row = Readonly<Record<'asks' | 'content', string> & Record<'rps' | 'p50Ms' | 'p99Ms' | 'CPU µs', number>>;

export async function main(): Promise<void> {
  await withFolder(async (folder) => {
    const server = await startSigning(folder);
    try {
      const rows: Row[] = [];
      for (const target of ['/ipxe?mac=52:54:00:a1:9c:ae', '/ipxe.sig?mac=52:54:00:a1:9c:ae']) {
        const before = cpuSeconds([server.pid]);
        const { rps, p50Ms, p99Ms, requests } = await runScript<Load>('load.ts', [
          server.port,
          target,
          connections,
          seconds,
        ]);
        const cpu = ((cpuSeconds([server.pid]) - before) / requests) * 1e6;
        rows.push({
          asks: target.replace(/\?.*/, ''),
          content: 'the same',
          rps,
          p50Ms,
          p99Ms,
          'CPU µs': Math.round(cpu),
        });
      }
      rows.push(await measureNew(server));
      const beside = await measureBeside(server);
      printTable(`answers with a key of type RSA-4096, ${connections} connections`, rows);
      printTable('plain /ipxe, one at a time', beside);
      console.log(JSON.stringify({ bench: 'signatures', rows, beside }));
    } finally {
      await server.stop();
    }
  });
}

async function startSigning(folder: string): Promise<MeasuredServer> {
  const { privateKey } = await generateKey({
    type: 'rsa',
    rsaBits: 4096,
    userIDs: [{ name: 'bench' }],
    format: 'object',
  });
  const ring = join(folder, 'ring');
  writeFileSync(ring, privateKey.write());
  const data = join(folder, 'data');
  mkdirSync(data);
  cpSync(examples, data, { recursive: true });
  const port = await freePort();
  const args = [`-address=127.0.0.1:${port}`, `-data-path=${data}`, '-assets-path=', `-key-ring-path=${ring}`];
  return startServer([...program, ...args], { port, logFile: join(folder, 'log') });
}

/** Every request has a query of its own, which `/metadata` shows, so nothing is signed twice. */
async function measureNew({ port, pid }: MeasuredServer): Promise<Row> {
  const before = cpuSeconds([pid]);
  const { rps, times } = await askForNew(port, newContents);
  const cpu = ((cpuSeconds([pid]) - before) / newContents) * 1e6;
  return {
    asks: '/metadata.sig',
    content: 'new each time',
    rps,
    p50Ms: Number(median(times).toFixed(3)),
    p99Ms: Number(percentile(times, 0.99).toFixed(3)),
    'CPU µs': Math.round(cpu),
  };
}

let asked = 0;

async function askForNew(port: number, count: number): Promise<{ rps: number; times: number[] }> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const until = asked + count;
  const times: number[] = [];
  const from = performance.now();
  const work = async (): Promise<void> => {
    while (asked < until) {
      const started = performance.now();
      await fetchStatus(port, agent, `/metadata.sig?mac=52:54:00:a1:9c:ae&n=${asked++}`);
      times.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  agent.destroy();
  return { rps: Math.round(count / ((performance.now() - from) / 1000)), times };
}

/** How long a machine waits for a plain script while nobody else asks, and while others have new contents signed. */
async function measureBeside({ port }: MeasuredServer): Promise<Record<string, string | number>[]> {
  const rows: Record<string, string | number>[] = [];
  for (const beside of ['nothing', 'signing of new contents']) {
    let done = false;
    const askUntilDone = (): Promise<unknown> =>
      askForNew(port, newContents).finally(() => {
        done = true;
      });
    const busy = beside === 'nothing' ? undefined : askUntilDone();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const times: number[] = [];
    for (let i = 0; i < 400 && !done; i++) {
      const started = performance.now();
      await fetchStatus(port, agent, '/ipxe?mac=52:54:00:a1:9c:ae');
      times.push(performance.now() - started);
    }
    await busy;
    agent.destroy();
    const at = (share: number): number => Number(percentile(times, share).toFixed(2));
    rows.push({ beside, requests: times.length, p50Ms: at(0.5), p99Ms: at(0.99) });
  }
  return rows;
}

function fetchStatus(port: number, agent: Agent, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${path}: status ${answer.statusCode}`));
      answer.resume().once('end', resolve);
    }).once('error', reject);
  });
}
