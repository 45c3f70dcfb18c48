// Real processes: the server under sockets that somebody else holds, as systemd and `matchbox supervise` do.
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { get as getSecure } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { freePorts } from '../../../../tests/stores/free-ports.ts';
import { type HeldSocket, holdSocket } from './held-sockets.ts';

const program = fileURLToPath(new URL('../../bin/matchbox.js', import.meta.url));
const certificates = fileURLToPath(new URL('../../../../golden/matchbox/_fixtures/certs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'matchbox-hand-over-'));
/** More than the buffers of two sockets hold, so that a reader that pauses stops the server, too. */
const kernel = Buffer.alloc(64 * 1024 * 1024, 'kernel ');
const flags = [`-data-path=${folder}`, `-assets-path=${join(folder, 'assets')}`];

beforeAll(() => {
  for (const name of ['groups', 'profiles', 'assets']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'assets/kernel'), kernel);
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Running {
  readonly child: ChildProcess;
  /** What it has written. */
  log(): string;
  /** Resolves once the log has that. */
  saw(text: string | RegExp): Promise<void>;
  /** Exit code or signal. */
  readonly ended: Promise<number | string>;
}

const running = new Set<ChildProcess>();
const held = new Set<HeldSocket>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  for (const socket of held) socket.close();
  running.clear();
  held.clear();
});

function run(command: string, args: readonly string[], options: SpawnOptions = {}): Running {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  running.add(child);
  let text = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      text += chunk;
      for (const look of waiting) look();
    });
  }
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'nothing'));
  });
  return {
    child,
    log: () => text,
    ended,
    saw: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (typeof wanted === 'string' ? !text.includes(wanted) : !wanted.test(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void ended.then((code) => reject(new Error(`ended with ${code} before it said ${wanted}:\n${text}`)));
      }),
  };
}

/** As systemd starts a service: with sockets from 3 on, and variables that name its own process. */
function runUnder(sockets: readonly { name: string; fd: number }[], args: readonly string[] = []): Running {
  const shell = ['-c', 'LISTEN_PID=$$ exec "$@"', 'sh', process.execPath, program, ...flags, ...args];
  return run('/bin/sh', shell, {
    stdio: ['ignore', 'pipe', 'pipe', ...sockets.map(({ fd }) => fd)],
    env: {
      ...process.env,
      LISTEN_FDS: String(sockets.length),
      LISTEN_FDNAMES: sockets.map(({ name }) => name).join(':'),
    },
  });
}

async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port!;
}

async function hold(): Promise<{ fd: number; port: number }> {
  const port = await freePort();
  const socket = await holdSocket('127.0.0.1', port);
  held.add(socket);
  return { fd: socket.fd, port };
}

function body(response: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk) => chunks.push(chunk));
    response.on('end', () => resolve(Buffer.concat(chunks)));
    response.on('error', reject);
  });
}

function ask(port: number, path: string): { request: ClientRequest; response: Promise<IncomingMessage> } {
  const request = get({ host: '127.0.0.1', port, path, agent: false });
  return {
    request,
    response: new Promise((resolve, reject) => request.once('response', resolve).once('error', reject)),
  };
}

async function text(port: number, path: string): Promise<string> {
  return (await body(await ask(port, path).response)).toString();
}

/** Begins to download the kernel and stops reading; the rest comes when it is asked for. */
async function beginDownload(port: number): Promise<{ finish(): Promise<Buffer> }> {
  const response = await ask(port, '/assets/kernel').response;
  const whole = body(response);
  response.pause();
  return {
    finish: () => {
      response.resume();
      return whole;
    },
  };
}

const ready = /the new server \(process \d+\) serves; the old one \(process \d+\) finishes/;

test('supervise: a new server takes over while a machine downloads; nobody is refused, and the download is whole', async () => {
  const port = await freePort();
  const parent = run(process.execPath, [
    program,
    'supervise',
    `-address=127.0.0.1:${port}`,
    '-drain-timeout=10m',
    ...flags,
  ]);
  await parent.saw('Starting matchbox HTTP server on the supervisor');
  await expect.poll(() => text(port, '/healthz').catch(String)).toBe('ok\n');
  const download = await beginDownload(port);
  let asking = true;
  const answers = (async () => {
    const found = new Set<string>();
    while (asking) found.add(await text(port, '/healthz').catch(String));
    return [...found];
  })();
  parent.child.kill('SIGUSR2');
  await parent.saw(ready);
  const [, old] = /serves; the old one \(process (\d+)\)/.exec(parent.log())!;
  expect(await text(port, '/healthz')).toBe('ok\n');
  expect(() => process.kill(Number(old), 0), 'the old server has its download to finish').not.toThrow();
  expect((await download.finish()).equals(kernel)).toBe(true);
  await expect.poll(() => isAlive(Number(old))).toBe(false);
  asking = false;
  expect(await answers).toEqual(['ok\n']);
  parent.child.kill('SIGTERM');
  expect(await parent.ended).toBe(0);
});

test('supervise: the state of machines goes over to the new server, while a download of the old one goes on', async () => {
  const port = await freePort();
  const state = join(folder, 'state');
  mkdirSync(state);
  const flagsOfState = ['-drain-timeout=10m', `-state-path=${state}`, ...flags];
  const parent = run(process.execPath, [program, 'supervise', `-address=127.0.0.1:${port}`, ...flagsOfState]);
  await expect.poll(() => text(port, '/healthz').catch(String)).toBe('ok\n');
  const download = await beginDownload(port);
  parent.child.kill('SIGUSR2');
  await parent.saw(/waits for the state that the old one keeps, which \(process \d+\) finishes/);
  // Accepted by the kernel until the new server has the state.
  expect(await text(port, '/healthz')).toBe('ok\n');
  expect((await download.finish()).equals(kernel)).toBe(true);
  parent.child.kill('SIGTERM');
  expect(await parent.ended).toBe(0);
});

test('supervise: while a server that was killed is started again, connections wait', async () => {
  const port = await freePort();
  const parent = run(process.execPath, [program, 'supervise', `-address=127.0.0.1:${port}`, ...flags]);
  await expect.poll(() => text(port, '/healthz').catch(String)).toBe('ok\n');
  const [server] = childrenOf(parent.child.pid!);
  process.kill(server!, 'SIGKILL');
  await parent.saw('the server ended with status 137');
  expect(await Promise.all([text(port, '/healthz'), text(port, '/healthz')])).toEqual(['ok\n', 'ok\n']);
  parent.child.kill('SIGTERM');
  expect(await parent.ended).toBe(0);
});

test('supervise: a successor that cannot start leaves the old server in its place', async () => {
  const port = await freePort();
  const data = join(folder, 'data-that-goes');
  for (const name of ['groups', 'profiles', 'assets']) mkdirSync(join(data, name), { recursive: true });
  const parent = run(process.execPath, [
    program,
    'supervise',
    `-address=127.0.0.1:${port}`,
    `-data-path=${data}`,
    `-assets-path=${data}/assets`,
  ]);
  await expect.poll(() => text(port, '/healthz').catch(String)).toBe('ok\n');
  rmSync(join(data, 'assets'), { recursive: true });
  parent.child.kill('SIGUSR2');
  await parent.saw('the new server ended with status 1 before it served; the old one serves on');
  expect(await text(port, '/healthz')).toBe('ok\n');
  parent.child.kill('SIGINT');
  expect(await parent.ended).toBe(0);
});

test('supervise: flags that do not work end it with the exit code of the server; a port that is taken is said', async () => {
  const port = await freePort();
  const wrong = run(process.execPath, [program, 'supervise', `-address=127.0.0.1:${port}`, '-data-path=/nowhere']);
  expect(await wrong.ended).toBe(1);
  expect(wrong.log()).toContain('A valid -data-path is required');
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port: taken } = other.address() as AddressInfo;
  const second = run(process.execPath, [program, 'supervise', `-address=127.0.0.1:${taken}`, ...flags]);
  expect(await second.ended).toBe(1);
  expect(second.log()).toContain(`listen tcp 127.0.0.1:${taken}: bind: address already in use`);
  other.close();
});

test('socket units: SIGTERM lets a download finish, and whoever connects meanwhile is answered by the next server', async () => {
  const { fd, port } = await hold();
  const first = runUnder([{ name: 'http', fd }], ['-drain-timeout=10m']);
  await expect.poll(() => text(port, '/healthz').catch(String)).toBe('ok\n');
  const download = await beginDownload(port);
  first.child.kill('SIGTERM');
  // Accepted by the kernel, and by nobody else as long as no server runs.
  const waiting = ask(port, '/healthz');
  expect((await download.finish()).equals(kernel)).toBe(true);
  expect(await first.ended).toBe(0);
  runUnder([{ name: 'http', fd }]);
  expect((await body(await waiting.response)).toString()).toBe('ok\n');
});

test('socket units: a connection that was accepted just before the end is answered, with Connection: close', async () => {
  const { fd, port } = await hold();
  const server = runUnder([{ name: 'http', fd }]);
  await expect.poll(() => text(port, '/healthz').catch(String)).toBe('ok\n');
  const request = get({ host: '127.0.0.1', port, path: '/healthz', headers: { Connection: 'keep-alive' } });
  await new Promise((resolve) => request.once('socket', (socket) => socket.once('connect', resolve)));
  const early = new Promise<IncomingMessage>((resolve, reject) =>
    request.once('response', resolve).once('error', reject),
  );
  server.child.kill('SIGTERM');
  expect((await early).statusCode).toBe(200);
  expect(await server.ended).toBe(0);
});

test('HTTP, HTTPS and gRPC are served on the sockets of these names, whatever their order', async () => {
  const [grpc, https, http] = [await hold(), await hold(), await hold()];
  const of = (name: string) => join(certificates, name);
  runUnder(
    [
      { name: 'grpc', fd: grpc.fd },
      { name: 'https', fd: https.fd },
      { name: 'http', fd: http.fd },
    ],
    [
      `-cert-file=${of('server.crt')}`,
      `-key-file=${of('server.key')}`,
      `-ca-file=${of('ca.crt')}`,
      `-web-cert-file=${of('server.crt')}`,
      `-web-key-file=${of('server.key')}`,
    ],
  );
  await expect.poll(() => text(http.port, '/healthz').catch(String)).toBe('ok\n');
  const ca = readFileSync(of('ca.crt'));
  const secure = () =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const request = getSecure({ host: '127.0.0.1', port: https.port, path: '/healthz', ca, agent: false }, resolve);
      request.once('error', reject);
    });
  const secureText = async () => (await body(await secure())).toString();
  await expect.poll(() => secureText().catch(String)).toBe('ok\n');
  const client = connectHttp2(`https://127.0.0.1:${grpc.port}`, {
    ca,
    cert: readFileSync(of('client.crt')),
    key: readFileSync(of('client.key')),
  });
  const call = client.request({
    ':method': 'POST',
    ':path': '/rpcpb.Groups/GroupList',
    'content-type': 'application/json',
  });
  const status = new Promise((resolve, reject) => call.once('response', resolve).once('error', reject));
  call.resume().end('{}');
  expect(await status).toMatchObject({ ':status': 200 });
  client.destroy();
});

test.each([
  [[{ name: 'web', fd: 0 }], 'LISTEN_FDNAMES: found \\"web\\", wanted FileDescriptorName= of each'],
  [[{ name: 'http', fd: 1 }], 'file descriptor 3 (http) is no socket'],
])('sockets %j are refused with the reason', async (given, message) => {
  const { fd } = await hold();
  const server = runUnder(given.map(({ name, fd: which }) => ({ name, fd: which === 0 ? fd : 0 })));
  expect(await server.ended).toBe(1);
  expect(server.log()).toContain(message);
});

test('systemd-socket-activate starts the server on the first connection, which is answered', async () => {
  const activate = spawnSync('systemd-socket-activate', ['--version']);
  expect(activate.status, 'systemd-socket-activate is of the Debian package systemd').toBe(0);
  const port = await freePort();
  const server = run('systemd-socket-activate', [
    `--listen=127.0.0.1:${port}`,
    '--fdname=http',
    process.execPath,
    program,
    ...flags,
  ]);
  await server.saw('Listening on');
  expect(await text(port, '/healthz')).toBe('ok\n');
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
});

test('systemd hears of the beginning, of reloading, of the watchdog and of the end', async () => {
  const socket = join(folder, 'notify');
  // Node has no datagram sockets of this kind, so Perl, which every Debian has, plays systemd.
  const systemd = run('perl', [
    '-MIO::Socket::UNIX',
    '-MSocket',
    '-e',
    `$| = 1; my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => '${socket}'); print "bound\n";
     while (defined $s->recv(my $m, 4096)) { $m =~ s/\n/ /g; print "$m\n" }`,
  ]);
  await systemd.saw('bound');
  const env = { ...process.env, NOTIFY_SOCKET: socket, WATCHDOG_USEC: '1000000', WATCHDOG_PID: undefined };
  const server = run(process.execPath, [program, '-address=127.0.0.1:0', '-drain-timeout=1m', ...flags], { env });
  await systemd.saw('READY=1');
  server.child.kill('SIGHUP');
  await systemd.saw(/RELOADING=1 MONOTONIC_USEC=\d+\n(.*\n)*READY=1/);
  await systemd.saw('WATCHDOG=1');
  server.child.kill('SIGTERM');
  await systemd.saw('STOPPING=1 EXTEND_TIMEOUT_USEC=70000000');
  expect(await server.ended).toBe(0);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
}
