/** Receivers as they are: slow, dead, broken, elsewhere, talkative. Over real connections. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { silentLogger } from '../log/log.ts';
import { Machines } from '../machines/machines.ts';
import { openMemoryArchive } from '../state/archive.ts';
import { openMemoryState } from '../state/memory.ts';
import { parseReceivers } from './receiver.ts';
import { startWebhooks, type Webhooks } from './sender.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** @returns its URL, and the paths that were asked for */
async function receiver(answer: Answer) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume();
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, asked };
}

async function site(urls: readonly string[]) {
  const store = openMemoryState();
  const machines = await Machines.open({ store, archive: openMemoryArchive(), baseUrl: () => '' });
  const receivers = parseReceivers(JSON.stringify(urls.map((url) => ({ url }))), () => '');
  const webhooks: Webhooks = startWebhooks({ receivers, machines, source: 'urn:test', logger: silentLogger });
  closing.push(() => webhooks.close());
  const machine = machines.recognise(new Map([['mac', '52:54:00:a1:9c:ae']]), '192.0.2.7')!;
  const happen = () =>
    machines.apply(machine.id, { kind: 'step', step: 'script', at: Date.now(), newBoot: () => 'b-1' });
  const left = () => [...store.table('deliveries').values()] as { url: string; attempts: number; dueAt: number }[];
  return { webhooks, happen, left };
}

const good: Answer = (_, response) => response.writeHead(204).end();

test('a receiver that never answers holds nobody else up', async () => {
  const slow = await receiver(() => {});
  const other = await receiver(good);
  const { happen, left } = await site([slow.url, other.url]);
  happen();
  await expect.poll(() => [slow.asked, other.asked]).toEqual([['POST /hook'], ['POST /hook']]);
  await expect.poll(() => left().map(({ url, attempts }) => [url, attempts])).toEqual([[slow.url, 0]]);
});

test.each<[how: string, answer: Answer]>([
  ['answers 500', (_, response) => response.writeHead(500).end('no')],
  [
    'sends elsewhere, where nobody is asked',
    (_, response) => response.writeHead(307, { location: '/elsewhere' }).end(),
  ],
  ['hangs up', (request) => request.socket.destroy()],
  ['talks no HTTP', (request) => request.socket.end('220 smtp.example ESMTP\r\n')],
])('what a receiver does not take that %s is kept, and sent again later', async (_how, answer) => {
  const { url, asked } = await receiver(answer);
  const { happen, left, webhooks } = await site([url]);
  happen();
  await expect.poll(() => left().map(({ attempts }) => attempts)).toEqual([1]);
  expect([asked, webhooks.waiting, webhooks.lost]).toEqual([['POST /hook'], 1, 0]);
  expect(left()[0]!.dueAt).toBeGreaterThan(Date.now());
});

test('what a receiver does not take that is not there is kept', async () => {
  const { url } = await receiver(good);
  await closing.pop()!();
  const { happen, left } = await site([url]);
  happen();
  await expect.poll(() => left().map(({ attempts }) => attempts)).toEqual([1]);
});

test('a receiver that talks without end has taken what it was sent, and is not listened to', async () => {
  let stopped = false;
  const { url } = await receiver((_, response) => {
    response.writeHead(200);
    const talk = () => {
      while (response.write('x'.repeat(65_536)));
    };
    response.on('drain', talk).on('close', () => {
      stopped = true;
    });
    talk();
  });
  const { happen, left } = await site([url]);
  happen();
  await expect.poll(() => [left(), stopped]).toEqual([[], true]);
});

test('a receiver that says when is asked then', async () => {
  const { url } = await receiver((_, response) => response.writeHead(429, { 'retry-after': '600' }).end());
  const { happen, left } = await site([url]);
  const before = Date.now();
  happen();
  await expect.poll(() => left().map(({ attempts }) => attempts)).toEqual([1]);
  expect(left()[0]!.dueAt - before).toBeGreaterThanOrEqual(600_000);
});
