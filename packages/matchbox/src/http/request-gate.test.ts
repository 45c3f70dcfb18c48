import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { limits } from '../limits/limits.ts';
import { noMetrics } from '../log/metrics.ts';
import { type Capacity, createCapacity } from './capacity.ts';
import type { Handler } from './handler.ts';
import { plainResponse } from './message.ts';
import { type HttpServer, openHttpServer } from './server.ts';

let server: HttpServer | undefined;
afterEach(() => server?.close(0));

async function open(handler: Handler, capacity?: Capacity): Promise<void> {
  server = await openHttpServer({
    host: '127.0.0.1',
    port: 0,
    handler,
    capacity,
    requestLog: { finished: () => {}, close: () => {} },
    metrics: noMetrics,
    onError: (error) => {
      throw error;
    },
  });
}

/** Answers a moment later, and counts how many requests are in work. */
function counting() {
  const seen = { now: 0, most: 0, targets: [] as string[] };
  const handler: Handler = async ({ target }) => {
    seen.now++;
    seen.most = Math.max(seen.most, seen.now);
    seen.targets.push(target);
    await new Promise((resolve) => setImmediate(resolve));
    seen.now--;
    return plainResponse(200, `answer to ${target}\n`, { endpoint: 'home', reason: 'ok' });
  };
  return { seen, handler };
}

function dial(): Socket {
  return connect(server!.address.port, '127.0.0.1').on('error', () => {});
}

/** What comes back until the connection ends. */
async function received(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket.setEncoding('latin1')) text += chunk;
  return text;
}

const get = (target: string, last = false) =>
  `GET ${target} HTTP/1.1\r\nHost: h\r\n${last ? 'Connection: close\r\n' : ''}\r\n`;

test('installGate lets one of 5,000 pipelined requests in at a time, and all are answered in order', async () => {
  const { seen, handler } = counting();
  await open(handler);
  const targets = Array.from({ length: 5000 }, (_, i) => `/${i}`);
  const socket = dial();
  socket.write(targets.map((target, i) => get(target, i === 4999)).join(''));
  const answers = (await received(socket)).match(/answer to \/\d+/g);
  expect(answers).toEqual(targets.map((target) => `answer to ${target}`));
  expect(seen.most).toBe(1);
});

test.each([1, 2, 3, 7, 40])('installGate sees the end of a head that comes in pieces of %i bytes', async (size) => {
  const { seen, handler } = counting();
  await open(handler);
  const socket = dial().setNoDelay(true);
  const text = get('/a') + get('/b') + get('/c', true);
  const answers = received(socket);
  for (let at = 0; at < text.length; at += size) {
    socket.write(text.slice(at, at + size));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await answers).match(/answer to \/./g)).toEqual(['answer to /a', 'answer to /b', 'answer to /c']);
  expect(seen.most).toBe(1);
});

test('installGate passes bodies on, though they look like the ends of heads', async () => {
  const { seen, handler } = counting();
  await open(handler);
  const body = '\r\n\r\n'.repeat(1000);
  const post = `POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const socket = dial();
  socket.write(post + post + get('/g', true));
  expect((await received(socket)).match(/answer to \/./g)).toEqual(['answer to /p', 'answer to /p', 'answer to /g']);
  expect(seen.targets).toEqual(['/p', '/p', '/g']);
});

test('installGate answers what a client asked before it closed its half of the connection', async () => {
  const { handler } = counting();
  // However slow the machine is: in a crowd, who closes its half is taken for one that has left.
  const capacity = createCapacity();
  await open(handler, { ...capacity, turns: { ...capacity.turns, take: (_, work) => work.run() } });
  const socket = dial();
  socket.end(get('/a') + get('/b'));
  expect((await received(socket)).match(/answer to \/./g)).toEqual(['answer to /a', 'answer to /b']);
});

test.each([
  ['a fault', `${get('/a')}no request\r\n\r\n${get('/b')}`, ['200 OK', '400 Bad Request']],
  ['the last request', `${get('/a', true)}${get('/b')}`, ['200 OK']],
  ['a tunnel', `${get('/a')}CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n${get('/b')}`, ['200 OK', '200 OK']],
  [
    'another protocol',
    `${get('/a').replace('\r\n\r\n', '\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n')}${get('/b')}${get('/c', true)}`,
    ['200 OK', '200 OK', '200 OK'],
  ],
])('installGate answers what stands around %s in one packet', async (_, packet, statuses) => {
  const { handler } = counting();
  await open(handler);
  const socket = dial();
  socket.write(packet);
  expect((await received(socket)).match(/(?<=HTTP\/1.1 ).*/g)).toEqual(statuses);
});

test('a client that has left has no more work done for it', async () => {
  const { seen, handler } = counting();
  await open(handler);
  const socket = dial();
  await new Promise<void>((resolve) => socket.write(get('/x').repeat(1000), () => resolve()));
  socket.resetAndDestroy();
  let before = -1;
  while (seen.now > 0 || seen.targets.length !== before) {
    before = seen.targets.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(seen.targets.length).toBeLessThan(1000);
});

test('installGate takes what comes behind the head of a long body for nothing, in however many pieces', async () => {
  const { seen, handler } = counting();
  await open(handler);
  const heads = ['Transfer-Encoding: chunked', 'Content-Length: 1048576'];
  const bodies = ['1\r\nx\r\n'.repeat(20_000), '\r\n\r\n'.repeat(10_000), get('/hidden').repeat(1000), 'no chunk'];
  for (const head of heads) {
    for (const body of bodies) {
      const socket = dial();
      socket.write(`POST /x HTTP/1.1\r\nHost: h\r\n${head}\r\n\r\n${body}`);
      expect((await received(socket).catch(() => 'answer to /x')).match(/answer to .*/g)).toEqual(['answer to /x']);
    }
  }
  expect(seen.targets).toEqual(Array(heads.length * bodies.length).fill('/x'));
});

test('in a crowd nothing is done for clients that have left, even behind more that they had to say', async () => {
  let answered = 0;
  await open(() => {
    answered++;
    // Longer than a turn: whoever comes meanwhile waits in line.
    for (const from = performance.now(); performance.now() - from < limits.turnMs + 1; );
    return plainResponse(200, 'late\n', { endpoint: 'home', reason: 'ok' });
  });
  const sockets = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const socket = dial();
      await new Promise((resolve) => socket.once('connect', resolve));
      return socket;
    }),
  );
  for (const socket of sockets) socket.end(get(`/${'x'.repeat(18_000)}`).repeat(3));
  await Promise.all(sockets.map((socket) => received(socket).catch(() => '')));
  expect(answered).toBeLessThan(20);
});
