/**
 * Machines boot from two servers while one of them and a member of their engine are killed: each has the right bytes in the end.
 * MACHINES=10000 for the whole number.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { storeAccess, storeCommand } from 'matchbox/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fromSource } from '../../tools/from-source.ts';
import { createCommandContext } from '../interop/command-context.ts';
import { type EtcdCluster, startEtcd } from './etcd-server.ts';
import { freePorts } from './free-ports.ts';

const machines = Number(process.env.MACHINES ?? 1000);
/** Machines that boot at the same moment. */
const atOnce = 40;
const folder = mkdtempSync(join(tmpdir(), 'matchbox-boot-'));
let engine: EtcdCluster;
let url = '';
const running: ChildProcess[] = [];

const macOf = (i: number) => `52:54:${(i + 2 ** 24).toString(16).slice(-6).match(/../g)!.join(':')}:01`;
const write = (path: string, text: string) => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
};

beforeAll(async () => {
  write(
    'profiles/p.json',
    '{"id":"p","boot":{"kernel":"/assets/k","args":["a=b"]},"ignition_id":"i.yaml","generic_id":"g"}',
  );
  write(
    'ignition/i.yaml',
    'variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n    - path: /etc/hostname\n      contents:\n        inline: {{.name}}\n',
  );
  write('generic/g', 'name={{.name}}\n');
  for (let i = 0; i < machines; i++) {
    write(
      `groups/n${i}.json`,
      `{"id":"n${i}","profile":"p","selector":{"mac":"${macOf(i)}"},"metadata":{"name":"node-${i}"}}`,
    );
  }
  engine = await startEtcd({ size: 3 });
  await engine.untilHealthy();
  url = engine.newUrl();
  for (const words of [['init'], ['import', '.']]) {
    const { context, output } = createCommandContext(folder);
    const code = await storeCommand.run([...words, '-store', url], { ...context, stores: storeAccess });
    expect([code, output.stderr]).toEqual([0, '']);
  }
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await engine?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Replica {
  readonly port: number;
  readonly child: ChildProcess;
}

async function startReplica(port: number): Promise<Replica> {
  const [program, ...words] = fromSource(
    fileURLToPath(new URL('../../packages/matchbox/src/main.ts', import.meta.url)),
  );
  const flags = [`-address=127.0.0.1:${port}`, '-assets-path=', `-store=${url}`, '-log-level=error'];
  const child = spawn(program, [...words, ...flags], { stdio: 'ignore' });
  running.push(child);
  await expect.poll(() => fetched(port, '/readyz').catch(() => ''), { interval: 200 }).toBe('ok\n');
  return { port, child };
}

const agent = new Agent({ keepAlive: true, maxSockets: atOnce });

function fetched(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = get({ host: '127.0.0.1', port, path, agent, timeout: 5000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`HTTP ${response.statusCode}: ${text}`));
      });
    });
    asked.on('timeout', () => asked.destroy(new Error('timeout')));
    asked.on('error', reject);
  });
}

/** A machine asks one server, and the other one when that fails, as behind a virtual address or with a second URL. */
async function boot(i: number, ports: readonly number[], count: { retried: number }): Promise<string> {
  const texts: string[] = [];
  for (const endpoint of ['ipxe', 'ignition', 'generic']) {
    let text: string | undefined;
    for (let attempt = 0; text === undefined && attempt < 4; attempt++) {
      if (attempt > 0) count.retried++;
      text = await fetched(ports[(i + attempt) % 2]!, `/${endpoint}?mac=${macOf(i)}`).catch(() => undefined);
    }
    texts.push(text ?? `nothing from ${endpoint}`);
  }
  return createHash('sha256').update(texts.join('\0')).digest('hex');
}

/** What one server alone answers the first machine, with the name of another. */
function rightBytes(i: number, ofFirst: readonly string[]): string {
  const texts = ofFirst.map((text) => text.replaceAll('node-0', `node-${i}`));
  return createHash('sha256').update(texts.join('\0')).digest('hex');
}

test(`${machines} machines boot, a server and a member of the engine are killed in the middle: each has the right bytes`, async () => {
  const ports = await freePorts(2);
  const replicas = [await startReplica(ports[0]!), await startReplica(ports[1]!)];
  const first = await Promise.all(
    ['ipxe', 'ignition', 'generic'].map((endpoint) => fetched(ports[1]!, `/${endpoint}?mac=${macOf(0)}`)),
  );
  expect(first[1]).toContain('node-0');
  expect(first[2]).toBe('name=node-0\n');
  const wrong: number[] = [];
  const count = { retried: 0 };
  let next = 0;
  let killed = false;
  const startedMs = performance.now();
  const work = async () => {
    while (next < machines) {
      const i = next++;
      if (i >= machines / 2 && !killed) {
        killed = true;
        replicas[0]!.child.kill('SIGKILL');
        engine.leader().signal('SIGKILL');
      }
      if ((await boot(i, ports, count)) !== rightBytes(i, first)) wrong.push(i);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const seconds = (performance.now() - startedMs) / 1000;
  for (const { child } of replicas) child.kill('SIGKILL');
  console.log(
    `${machines} machines in ${seconds.toFixed(1)} s, ${count.retried} requests went to the other server, ${wrong.length} wrong`,
  );
  expect(killed).toBe(true);
  expect(count.retried).toBeGreaterThan(0);
  expect(wrong).toEqual([]);
});
