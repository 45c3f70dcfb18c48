import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { silentLogger } from '../log/log.ts';
import { noMetrics } from '../log/metrics.ts';
import { type Capacity, createCapacity } from './capacity.ts';
import type { Handler } from './handler.ts';
import { createRequestLog } from './request-log.ts';
import { type HttpServer, openHttpServer } from './server.ts';

let server: HttpServer | undefined;
const errors: unknown[] = [];
afterEach(async () => {
  await server?.close(0);
  errors.length = 0;
});

const hello: Handler = ({ method, target, headers, remoteAddress }) => {
  const body = Buffer.from(
    `${method} ${Buffer.from(target, 'latin1').toString('hex')} ${headers.host} ${remoteAddress}`,
  );
  return {
    status: 200,
    headers: { 'Content-Length': `${body.length}` },
    body,
    outcome: { endpoint: 'x', reason: 'ok' },
  };
};

async function open(handler: Handler, capacity?: Capacity): Promise<void> {
  server = await openHttpServer({
    host: '127.0.0.1',
    port: 0,
    handler,
    requestLog: createRequestLog(silentLogger),
    metrics: noMetrics,
    onError: (error) => errors.push(error),
    capacity,
  });
}

/** Sends bytes and gives all that comes back until the connection ends. */
function exchange(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server!.address.port, '127.0.0.1', () => socket.write(Buffer.from(text, 'latin1')));
    let received = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      received += chunk;
    });
    socket.on('end', () => resolve(received)).on('error', reject);
  });
}

test('openHttpServer answers HTTP/1.0, HEAD and several requests on one connection', async () => {
  await open(hello);
  expect(await exchange('GET /a HTTP/1.0\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 200 OK\r\n[\s\S]*GET 2f61 undefined 127\.0\.0\.1:\d+$/,
  );
  expect(await exchange('HEAD /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')).toMatch(
    /Content-Length: \d+[\s\S]*\r\n\r\n$/,
  );
  const two = await exchange(
    'GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n',
  );
  expect(two.match(/GET 2f6[12] h/g)).toEqual(['GET 2f61 h', 'GET 2f62 h']);
});

test('openHttpServer hands on a target with any bytes', async () => {
  await open(hello);
  expect(await exchange('GET /\xff?\xc3 HTTP/1.1\r\nHost: h\r\n\r\n')).toContain('GET 2fff3fc3 h');
});

test('openHttpServer refuses what is no HTTP, and serves on', async () => {
  await open(hello);
  expect(await exchange('hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*\r\n\r\n400 Bad Request$/);
  const endless = `GET / HTTP/1.1\r\nHost: h\r\nX: ${'a'.repeat(400_000)}\r\n\r\n`;
  expect(await exchange(endless).catch(() => 'HTTP/1.1 431 ')).toMatch(/^HTTP\/1\.1 431 /);
  expect(await exchange('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')).toContain('200 OK');
});

test('openHttpServer turns an error of the handler into a 500 without its text', async () => {
  await open(({ target }) => {
    if (target === '/later') return Promise.reject(new Error('secret'));
    throw new Error('secret');
  });
  for (const target of ['/now', '/later']) {
    const answer = await exchange(`GET ${target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 500 /);
    expect(answer).not.toContain('secret');
  }
  expect(errors).toHaveLength(2);
});

test('openHttpServer ignores bodies, and ends a connection whose body is broken', async () => {
  await open(hello);
  const post = 'POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n';
  expect(await exchange(`${post}Content-Length: 3\r\n\r\nabc`)).toContain('POST 2f h');
  const broken = await exchange(`${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n`);
  expect(broken.match(/HTTP\/1\.1/g)).toHaveLength(1);
});

/** Something that happens once. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

test('close lets a running answer finish, and takes no new connections', async () => {
  const asked = gate();
  const waiting = gate();
  await open(async (request) => {
    asked.open();
    await waiting.opened;
    return hello(request);
  });
  const answer = exchange('GET /slow HTTP/1.1\r\nHost: h\r\n\r\n');
  await asked.opened;
  const closed = server!.close(60_000);
  await expect(exchange('GET / HTTP/1.1\r\n\r\n')).rejects.toMatchObject({
    code: expect.stringMatching(/^ECONN(REFUSED|RESET)$/),
  });
  waiting.open();
  expect(await answer).toContain('GET 2f736c6f77 h');
  await closed;
});

test('close cuts off what takes longer than it may', async () => {
  const asked = gate();
  await open(() => {
    asked.open();
    return new Promise(() => {});
  });
  const answer = exchange('GET /stuck HTTP/1.1\r\nHost: h\r\n\r\n').catch(() => '');
  await asked.opened;
  await server!.close(50);
  expect(await answer).toBe('');
});

test('close cuts off what waits to be read until its time is over', async () => {
  const capacity = createCapacity();
  const opened = gate();
  const waiting: (() => void)[] = [];
  const connected = (_: string, goOn: () => void) => {
    waiting.push(goOn);
    opened.open();
  };
  await open(() => new Promise(() => {}), { ...capacity, turns: { ...capacity.turns, connected } });
  const answer = exchange('GET /stuck HTTP/1.1\r\nHost: h\r\n\r\n').catch(() => '');
  await opened.opened;
  const closed = server!.close(0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (const goOn of waiting) goOn();
  await closed;
  expect(await answer).toBe('');
  capacity.close();
});
