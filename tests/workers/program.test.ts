/** `-workers` as it is run: under socket units and `matchbox supervise`, with HTTPS, gRPC clients and an origin of assets, while workers are killed. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { request as requestSecure } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { connectApi, holdSocket } from 'matchbox/testing';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { freePorts } from '../stores/free-ports.ts';
import { childrenOf, isAlive, killAll, type Running, run, runUnder } from './running-program.ts';

const certificates = fileURLToPath(new URL('../../golden/matchbox/_fixtures/certs', import.meta.url));
const certificate = (name: string) => join(certificates, name);
const folder = mkdtempSync(join(tmpdir(), 'matchbox-workers-'));
const write = (path: string, text: string | Uint8Array) => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const kernel = (name: string) => write('profiles/p.json', `{"id":"p","boot":{"kernel":"${name}"}}`);
const flags = [`-data-path=${folder}`, `-assets-path=${join(folder, 'assets')}`, '-workers=2'];
const comes = { interval: 50 };

beforeEach(() => {
  kernel('/k0');
  write('groups/default.json', '{"id":"default","profile":"p"}');
  write('assets/small', 'small');
});
afterEach(killAll);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** On a connection of its own. */
function ask(port: number, path: string, secure = false): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const ca = secure ? { ca: readFileSync(certificate('ca.crt')) } : {};
    const asked = (secure ? requestSecure : request)({ host: '127.0.0.1', port, path, agent: false, ...ca });
    asked.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve(Buffer.concat(chunks)));
    });
    asked.end();
  });
}

const kernelOf = (text: string) => /^kernel (\S+)/m.exec(text)?.[1] ?? text;
const ipxe = async (port: number, secure = false) =>
  kernelOf((await ask(port, '/ipxe?mac=52:54:00:00:00:09', secure)).toString());
const distinct = async <T>(count: number, work: () => Promise<T>) => [
  ...new Set(await Promise.all(Array.from({ length: count }, work))),
];

/** @returns the workers, when as many as wanted are there */
async function workersOf(server: number, known: readonly number[] = []): Promise<number[]> {
  let found: number[] = [];
  await expect
    .poll(() => {
      found = childrenOf(server).filter(isAlive);
      return found.length === 2 && known.every((pid) => !found.includes(pid));
    }, comes)
    .toBe(true);
  return found;
}

/** Asks without a pause until it is told to end. @returns what was answered, errors too, each once */
function askOn(port: number): () => Promise<string[]> {
  let isOn = true;
  const found = new Set<string>();
  const clients = Array.from({ length: 4 }, async () => {
    while (isOn) found.add(await ipxe(port).catch((error: Error) => `${error}`));
  });
  return async () => {
    isOn = false;
    await Promise.all(clients);
    return [...found];
  };
}

/** All its workers are ready, and one that dies is started again: before that the whole server ends, as one that cannot start. */
const hasStarted = (server: Running) => expect.poll(server.log, comes).toContain('msg="in force"');
const serves = (port: number, secure = false) => expect.poll(() => ipxe(port, secure).catch(String), comes).toBe('/k0');

test('under socket units a killed server takes its workers with it, and connections wait for the next one', async () => {
  const [port = 0] = await freePorts(1);
  const socket = await holdSocket('127.0.0.1', port);
  try {
    const first = runUnder([{ name: 'http', fd: socket.fd }], ...flags);
    await serves(port);
    await hasStarted(first);
    const workers = await workersOf(first.pid);
    process.kill(workers[0]!, 'SIGKILL');
    // What it had taken is cut off with it; what comes then waits for another.
    await expect.poll(() => isAlive(workers[0]!), comes).toBe(false);
    expect(await distinct(16, () => ipxe(port))).toEqual(['/k0']);
    const later = await workersOf(first.pid, [workers[0]!]);
    process.kill(first.pid, 'SIGKILL');
    await expect.poll(() => later.filter(isAlive), comes).toEqual([]);
    kernel('/k1');
    const waiting = distinct(8, () => ipxe(port));
    runUnder([{ name: 'http', fd: socket.fd }], ...flags);
    expect(await waiting).toEqual(['/k1']);
  } finally {
    socket.close();
  }
});

test('supervise: one server with workers follows another, and no request is refused', async () => {
  const [port = 0] = await freePorts(1);
  const parent = run('supervise', `-address=127.0.0.1:${port}`, '-drain-timeout=1m', ...flags);
  await serves(port);
  const [first = 0] = childrenOf(parent.pid);
  const workers = await workersOf(first);
  const answers = askOn(port);
  parent.child.kill('SIGUSR2');
  await expect.poll(() => [first, ...workers].filter(isAlive), comes).toEqual([]);
  await serves(port);
  expect(await answers()).toEqual(['/k0']);
  const [second = 0] = childrenOf(parent.pid);
  expect(second).not.toBe(first);
  await workersOf(second);
  parent.child.kill('SIGTERM');
  expect(await parent.ended).toBe(0);
  expect(isAlive(second)).toBe(false);
});

test('supervise: a worker that is killed is started again by its server, and a server that is killed with its workers', async () => {
  const [port = 0] = await freePorts(1);
  const parent = run('supervise', `-address=127.0.0.1:${port}`, ...flags);
  await serves(port);
  await hasStarted(parent);
  const [server = 0] = childrenOf(parent.pid);
  const [worker = 0] = await workersOf(server);
  process.kill(worker, 'SIGKILL');
  const workers = await workersOf(server, [worker]);
  expect(childrenOf(parent.pid)).toEqual([server]);
  process.kill(server, 'SIGKILL');
  await expect.poll(() => workers.filter(isAlive), comes).toEqual([]);
  expect(await distinct(8, () => ipxe(port))).toEqual(['/k0']);
  const [again = 0] = childrenOf(parent.pid);
  expect(again).not.toBe(server);
  await workersOf(again);
  parent.child.kill('SIGTERM');
  expect(await parent.ended).toBe(0);
});

/** @returns whether the session that is given went on, and the one to go on with */
function shake(port: number, session?: Buffer): Promise<{ readonly wentOn: boolean; readonly session: Buffer }> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      ...{ host: '127.0.0.1', port, ca: readFileSync(certificate('ca.crt')), maxVersion: 'TLSv1.2' },
      ...(session && { session }),
    });
    socket.once('error', reject).once('secureConnect', () => {
      const found = { wentOn: socket.isSessionReused(), session: socket.getSession()! };
      socket.destroy();
      resolve(found);
    });
  });
}

test('HTTPS: all workers serve it, go on with one another’s sessions, and one that comes later does so, too', async () => {
  const [port = 0, securePort = 0] = await freePorts(2);
  const server = run(
    ...[`-address=127.0.0.1:${port}`, `-web-ssl-address=127.0.0.1:${securePort}`],
    ...[`-web-cert-file=${certificate('server.crt')}`, `-web-key-file=${certificate('server.key')}`],
    ...flags,
  );
  await serves(port);
  await hasStarted(server);
  expect(await distinct(16, () => ipxe(securePort, true))).toEqual(['/k0']);
  const { session } = await shake(securePort);
  expect(await distinct(16, async () => (await shake(securePort, session)).wentOn)).toEqual([true]);
  const workers = await workersOf(server.pid);
  for (const pid of workers) process.kill(pid, 'SIGKILL');
  await workersOf(server.pid, workers);
  await serves(securePort, true);
  expect(await distinct(16, async () => (await shake(securePort, session)).wentOn)).toEqual([true]);
  // Who says nothing holds nobody up.
  const silent = connect(securePort, '127.0.0.1');
  expect(await distinct(4, () => ipxe(securePort, true))).toEqual(['/k0']);
  silent.destroy();
});

test('gRPC: what is put is in force in all workers when it is answered, also while workers die', async () => {
  const [port = 0, grpcPort = 0] = await freePorts(2);
  const server = run(
    ...[`-address=127.0.0.1:${port}`, `-rpc-address=127.0.0.1:${grpcPort}`, `-ca-file=${certificate('ca.crt')}`],
    ...[`-cert-file=${certificate('server.crt')}`, `-key-file=${certificate('server.key')}`],
    ...flags,
  );
  await serves(port);
  await hasStarted(server);
  const files = { caFile: 'ca.crt', certFile: 'client.crt', keyFile: 'client.key' };
  const api = await connectApi({ endpoints: [`127.0.0.1:${grpcPort}`], ...files }, certificates);
  try {
    const { value: profile } = await api.getProfile('p');
    for (let i = 1; i <= 12; i++) {
      if (i % 4 === 0) process.kill((await workersOf(server.pid))[0]!, 'SIGKILL');
      await api.putProfile({ ...profile, boot: { ...profile.boot!, kernel: `/put${i}` } });
      const found = await distinct(12, () => ipxe(port).catch(() => 'cut off'));
      // Those that were with the worker that died are cut off, and nobody is told what was before.
      expect(found.filter((each) => each !== 'cut off')).toEqual([`/put${i}`]);
    }
  } finally {
    api.close();
  }
});

/** An origin that counts, and sends the second half of what is asked for when it is told. */
async function startOrigin(content: Uint8Array) {
  const asked: string[] = [];
  let finish = () => {};
  const held = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const server = createServer((incoming, response) => {
    if (incoming.method !== 'GET' || incoming.url !== '/boot/big') return void response.writeHead(404).end();
    asked.push(incoming.url);
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, content.length / 2));
    void held.then(() => response.end(content.subarray(content.length / 2)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    asked,
    finish,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/boot`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

test('-assets-origin: what many ask all workers for is fetched once, and is whole, also when a worker dies meanwhile', async () => {
  const [port = 0] = await freePorts(1);
  const content = Buffer.alloc(8 * 1024 * 1024, 'abcdefghijklmnopqrstuvwxyz0123456789');
  const origin = await startOrigin(content);
  let server: Running | undefined;
  try {
    server = run(`-address=127.0.0.1:${port}`, `-assets-origin=${origin.url}`, ...flags);
    await serves(port);
    await hasStarted(server);
    const [worker = 0] = await workersOf(server.pid);
    const downloads = Array.from({ length: 16 }, () =>
      ask(port, '/assets/big').then(
        (body) => (body.equals(content) ? 'whole' : `${body.length} bytes`),
        () => 'cut off',
      ),
    );
    await expect.poll(() => origin.asked.length, comes).toBe(1);
    await sleep(300);
    process.kill(worker, 'SIGKILL');
    await sleep(300);
    origin.finish();
    const found = await Promise.all(downloads);
    expect(found.filter((each) => each === 'whole').length).toBeGreaterThan(0);
    expect(found.filter((each) => each !== 'whole' && each !== 'cut off')).toEqual([]);
    await workersOf(server.pid, [worker]);
    expect(await distinct(8, async () => (await ask(port, '/assets/big')).equals(content))).toEqual([true]);
    expect(origin.asked).toEqual(['/boot/big']);
  } finally {
    origin.close();
  }
});
