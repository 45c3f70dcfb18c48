// npm run bench -- signatures: signed answers a second with an RSA-4096 key: the same content again and again, and new content each time;
// and what that does to others, who ask for no signatures.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateKey } from 'openpgp';
import { cpuSeconds, freePort, median, printTable, program, runScript, startServer, withFolder } from './child.js';

const examples = fileURLToPath(new URL('../../examples', import.meta.url));
const connections = 8;
const seconds = 3;
const newContents = 400;

export async function main() {
  await withFolder(async (folder) => {
    const server = await startSigning(folder);
    try {
      const rows = [];
      for (const target of ['/ipxe?mac=52:54:00:a1:9c:ae', '/ipxe.sig?mac=52:54:00:a1:9c:ae']) {
        const before = cpuSeconds([server.pid]);
        const { rps, p50Ms, p99Ms, requests } = await runScript('load.js', [server.port, target, connections, seconds]);
        const cpu = ((cpuSeconds([server.pid]) - before) / requests) * 1e6;
        rows.push({ asks: target.split('?')[0], content: 'the same', rps, p50Ms, p99Ms, 'CPU µs': Math.round(cpu) });
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

async function startSigning(folder) {
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
  return startServer(process.execPath, [program, ...args], { port, logFile: join(folder, 'log') });
}

/** Every request has a query of its own, which `/metadata` shows, so nothing is signed twice. */
async function measureNew({ port, pid }) {
  const before = cpuSeconds([pid]);
  const { rps, times } = await askForNew(port, newContents);
  const cpu = ((cpuSeconds([pid]) - before) / newContents) * 1e6;
  const p99Ms = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)];
  return {
    asks: '/metadata.sig',
    content: 'new each time',
    rps,
    p50Ms: Number(median(times).toFixed(3)),
    p99Ms: Number(p99Ms.toFixed(3)),
    'CPU µs': Math.round(cpu),
  };
}

let asked = 0;

async function askForNew(port, count) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const until = asked + count;
  const times = [];
  const from = performance.now();
  const work = async () => {
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
async function measureBeside({ port }) {
  const rows = [];
  for (const beside of ['nothing', 'signing of new contents']) {
    let done = false;
    const askUntilDone = () =>
      askForNew(port, newContents).finally(() => {
        done = true;
      });
    const busy = beside === 'nothing' ? undefined : askUntilDone();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const times = [];
    for (let i = 0; i < 400 && !done; i++) {
      const started = performance.now();
      await fetchStatus(port, agent, '/ipxe?mac=52:54:00:a1:9c:ae');
      times.push(performance.now() - started);
    }
    await busy;
    agent.destroy();
    times.sort((a, b) => a - b);
    const at = (share) => Number(times[Math.floor(times.length * share)].toFixed(2));
    rows.push({ beside, requests: times.length, p50Ms: at(0.5), p99Ms: at(0.99) });
  }
  return rows;
}

function fetchStatus(port, agent, path) {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${path}: status ${answer.statusCode}`));
      answer.resume().once('end', resolve);
    }).once('error', reject);
  });
}
