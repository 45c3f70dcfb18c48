/** Several processes serve HTTP as one: over real sockets, and while one of them is killed. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type RunningServer, start } from 'matchbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plainMachines } from '../../tools/plain-machines.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'matchbox-workers-'));
const write = (path: string, text: string | Uint8Array) => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const kernel = (name: string) => write('profiles/p.json', `{"id":"p","boot":{"kernel":"${name}"}}`);
let server: RunningServer;
let log = '';

beforeAll(async () => {
  kernel('/k0');
  write('groups/default.json', '{"id":"default","profile":"p"}');
  write(
    'profiles/once.json',
    '{"id":"once","boot":{"kernel":"/install"},"generic_id":"report","provision":{"install":"once"}}',
  );
  write('groups/once.json', '{"id":"once","profile":"once","selector":{"mac":"52:54:00:00:00:01"}}');
  write('generic/report', '{{.matchbox_machine_id}} {{.matchbox_report_url}}');
  write('assets/big', new Uint8Array(8 * 1024 * 1024));
  server = await start({
    address: '127.0.0.1:0',
    dataPath: folder,
    assetsPath: join(folder, 'assets'),
    admin: { address: '0', version: 'v0.0.0' },
    machines: plainMachines(''),
    workers: {
      count: 2,
      command: [
        process.execPath,
        '--import',
        new URL('../../tools/typescript/register.js', import.meta.url).href,
        `${root}packages/matchbox/src/main.ts`,
      ],
      log: { level: 'info', format: 'text' },
      writeLog: (lines) => {
        log += lines;
      },
    },
  });
});
afterAll(async () => {
  await server?.close(0);
  rmSync(folder, { recursive: true, force: true });
});

/** Each on a connection of its own, so that all workers are met. */
function ask(path: string, method = 'GET'): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const { port } = server.addresses.http;
    const asked = request({ host: '127.0.0.1', port, path, method, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

const many = <T>(count: number, work: () => Promise<T>) => Promise.all(Array.from({ length: count }, work));
const ipxe = async (mac = '52:54:00:00:00:09') => (await ask(`/ipxe?mac=${mac}`)).text;
const distinct = async (work: () => Promise<string>) => [...new Set(await many(24, work))];
const kernelOf = (text: string) => /^kernel (\S+)/m.exec(text)?.[1] ?? text;

async function metric(line: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${server.addresses.admin!.port}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((each) => each.startsWith(`${line} `))
      ?.slice(line.length + 1),
  );
}

const answered = 'matchbox_http_requests_total{endpoint="ipxe",outcome="2xx",reason="ok"}';

async function untilBothServe(): Promise<void> {
  await expect.poll(() => metric('matchbox_workers'), { interval: 200 }).toBe(2);
}

test('all workers answer as one process would, and their requests are counted and logged in one place', async () => {
  expect(server.workers).toHaveLength(2);
  const before = await metric(answered);
  expect(await distinct(async () => kernelOf(await ipxe()))).toEqual(['/k0']);
  expect(await metric(answered)).toBe((before || 0) + 24);
  await expect.poll(() => log.split('\n').filter((line) => line.includes('/ipxe')).length).toBeGreaterThanOrEqual(24);
  expect(await ask('/readyz')).toEqual({ status: 200, text: 'ok\n' });
});

test('a reload is in force in all workers when it is answered', async () => {
  for (let i = 1; i <= 5; i++) {
    kernel(`/k${i}`);
    await server.reload();
    expect(await distinct(async () => kernelOf(await ipxe()))).toEqual([`/k${i}`]);
  }
});

test('an order for a machine holds with all workers when it is answered, and its release, too', async () => {
  const mac = '52:54:00:00:00:07';
  await ipxe(mac);
  await expect.poll(() => server.machines.registry.known('', mac)?.id).toBeDefined();
  const { id } = server.machines.registry.known('', mac)!;
  const event = { kind: 'action', machine: id, at: Date.now(), what: 'hold', actor: 'test' } as const;
  await server.machines.commit(event, (machine) => ({ ...machine, orders: { hold: 'inspection' } }));
  expect((await distinct(() => ipxe(mac))).join('')).toMatch(/^this machine is held: [^\n]*inspection\n$/);
  expect(kernelOf(await ipxe('52:54:00:00:00:08'))).toBe('/k5');
  await server.machines.commit(event, (machine) => ({ ...machine, orders: {} }));
  expect(await distinct(async () => kernelOf(await ipxe(mac)))).toEqual(['/k5']);
});

test('install once: whoever takes the report, all send the machine to its disk from then on', async () => {
  const mac = '52:54:00:00:00:01';
  expect(kernelOf(await ipxe(mac))).toBe('/install');
  const reports = await distinct(async () => (await ask(`/generic?mac=${mac}`)).text);
  expect(reports).toHaveLength(1);
  const [, url] = reports[0]!.split(' ');
  const report = await ask(`${new URL(url!).pathname}?state=installed`, 'POST');
  expect(report.status).toBe(201);
  expect((await distinct(() => ipxe(mac))).join('')).toContain('it is installed');
});

test('kill -9 of a worker costs its own connections and nothing else; another one takes its place', async () => {
  await untilBothServe();
  const before = await metric(answered);
  const restarts = await metric('matchbox_worker_restarts_total');
  let isOn = true;
  let done = 0;
  const failed: number[] = [];
  const client = async () => {
    while (isOn) {
      const startedMs = performance.now();
      await ipxe().then(
        () => done++,
        () => failed.push(startedMs),
      );
    }
  };
  const clients = Array.from({ length: 8 }, client);
  await sleep(500);
  const killedMs = performance.now();
  process.kill(server.workers[0]!, 'SIGKILL');
  await sleep(3000);
  isOn = false;
  await Promise.all(clients);
  // Those under way at that moment, at most.
  expect(failed.length).toBeLessThanOrEqual(8);
  expect(failed.filter((startedMs) => startedMs > killedMs + 200)).toEqual([]);
  expect(done).toBeGreaterThan(20);
  await untilBothServe();
  expect(await metric('matchbox_worker_restarts_total')).toBe((restarts || 0) + 1);
  // What it had counted since it was asked last is lost; what was shown is not taken back.
  expect(await metric(answered)).toBeGreaterThanOrEqual(before);
});

test('a worker that comes later has the last good version of a broken file, too', async () => {
  await untilBothServe();
  kernel('/good');
  await server.reload();
  write('profiles/p.json', '{"id":"p","boot":{');
  await server.reload();
  process.kill(server.workers[0]!, 'SIGKILL');
  await sleep(50);
  await untilBothServe();
  expect(await distinct(async () => kernelOf(await ipxe()))).toEqual(['/good']);
  kernel('/mended');
  await server.reload();
  expect(await distinct(async () => kernelOf(await ipxe()))).toEqual(['/mended']);
});

test('downloads go on to their end while the server stops', async () => {
  const { port } = server.addresses.http;
  const response = await new Promise<IncomingMessage>((resolve) => {
    get({ host: '127.0.0.1', port, path: '/assets/big', agent: false }, resolve);
  });
  const closing = server.close(20_000);
  let bytes = 0;
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length;
    await sleep(1);
  }
  await closing;
  expect(bytes).toBe(8 * 1024 * 1024);
  await expect(fetch(`http://127.0.0.1:${port}/ipxe`)).rejects.toThrow();
});
