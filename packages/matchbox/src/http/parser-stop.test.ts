import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { stopParser } from './parser-stop.ts';

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

interface Stopped {
  readonly seen: readonly string[];
  readonly rest: string;
  readonly take: (() => void) | undefined;
}

/** What a server has seen of a packet when its parser was stopped at the second request, or behind the first. */
async function stoppedAt(packet: string, at: 'early' | 'last'): Promise<Stopped> {
  const seen: string[] = [];
  server = createServer((message) => void seen.push(message.url!));
  const connected = new Promise<Socket>((resolve) => server!.once('connection', resolve));
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
  const socket = await connected;
  const stopped = new Promise<Stopped>((resolve) => {
    const stop = stopParser(socket, {
      isBusy: () => at === 'early' && seen.length === 1,
      isLast: () => at === 'last',
      onStopped: (rest, take) => resolve({ seen, rest: rest.toString('latin1'), take }),
    });
    expect(stop).toBeDefined();
  });
  client.write(packet);
  return stopped;
}

const get = (target: string) => `GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`;
const post = (target: string) => `POST ${target} HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody`;

test.each([
  ['a head', get('/b'), get('/c')],
  ['a body', post('/b'), `body${get('/c')}`],
  [
    'a protocol that nobody changes to',
    get('/b').replace('\r\n\r\n', '\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n'),
    '',
  ],
  ['a tunnel', 'CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n', ''],
])('stopParser stops at an early request, and hands it over when it is taken: %s', async (_, second, rest) => {
  const stopped = await stoppedAt(get('/a') + second + (rest && get('/c')), 'early');
  expect(stopped).toMatchObject({ seen: ['/a'], rest });
  stopped.take!();
  expect(stopped.seen).toEqual(['/a', second.startsWith('CONNECT') ? 'h:1' : '/b']);
});

test('stopParser stops behind the head of the last request, whatever its body looks like', async () => {
  const stopped = await stoppedAt(`POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nno chunk`, 'last');
  expect(stopped).toEqual({ seen: ['/a'], rest: 'no chunk', take: undefined });
});
