/** The port of the API against strangers and against clients that ask for too much, over real sockets. */
import { readFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { connectApi } from 'matchbox/testing';
import { afterEach, expect, test } from 'vitest';
import { fixtures, type OpenedServer, openServer } from '../interop/server.ts';

let server: OpenedServer;
const sockets: { destroy(): unknown }[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

const read = (name: string) => readFileSync(join(fixtures, name), 'utf8');
const credentials = { ca: read('ca.crt'), cert: read('client.crt'), key: read('client.key'), servername: 'localhost' };

function dial(): { socket: Socket; closed: Promise<void>; isClosed: () => boolean } {
  const socket = connect(server.port, '127.0.0.1').on('error', () => {});
  sockets.push(socket);
  let isClosed = false;
  const closed = new Promise<void>((resolve) =>
    socket.resume().once('close', () => {
      isClosed = true;
      resolve();
    }),
  );
  return { socket, closed, isClosed: () => isClosed };
}

/** The groups that an operator sees on a new connection. */
async function listGroups(): Promise<number> {
  const files = { caFile: 'ca.crt', certFile: 'client.crt', keyFile: 'client.key' };
  const api = await connectApi({ endpoints: [`localhost:${server.port}`], ...files }, fixtures);
  try {
    return (await api.listGroups()).length;
  } finally {
    api.close();
  }
}

test('a thousand silent strangers do not keep an operator out, and no more than 64 of an address are kept', async () => {
  const bitten = new Map<string, number>();
  server = await openServer({ onLimit: (limit) => void bitten.set(limit, (bitten.get(limit) ?? 0) + 1) });
  const strangers = Array.from({ length: 1000 }, dial);
  await expect.poll(() => strangers.filter(({ isClosed }) => isClosed()).length).toBeGreaterThanOrEqual(936);
  expect(await listGroups()).toBe(0);
  expect([...bitten.keys()]).toEqual(['rpcHandshakesOfAddress']);
  expect(bitten.get('rpcHandshakesOfAddress')).toBeGreaterThanOrEqual(936);
});

test.each([
  ['says nothing', Buffer.alloc(0)],
  // A record of 512 bytes, of which a few come.
  ['stops in the middle of its first message', Buffer.from('16030102000100', 'hex')],
])('a stranger that %s is closed when its time is over', async (_, bytes) => {
  server = await openServer({ handshakeTimeoutMs: 100 });
  const { socket, closed } = dial();
  socket.write(bytes);
  await closed;
  // On a busy machine the time may be over for a friend, too.
  await expect.poll(() => listGroups().catch(String)).toBe(0);
});

test('what a client without a certificate sends reaches nobody, and its connection is closed', async () => {
  server = await openServer();
  const socket = connectTls({ port: server.port, host: '127.0.0.1', ca: credentials.ca, servername: 'localhost' });
  sockets.push(socket);
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume().write(`POST /rpcpb.Groups/GroupPut HTTP/1.1\r\nx: ${'x'.repeat(1024 * 1024)}\r\n\r\n`);
  await closed;
  expect(server.failures).toEqual(['no_certificate']);
  expect(server.writes).toEqual([]);
});

test('HTTP/1.1 headers over 96 KiB are answered 431, though the client has a certificate', async () => {
  server = await openServer();
  const options = { ...credentials, port: server.port, host: '127.0.0.1', ALPNProtocols: ['http/1.1'] };
  const socket: TLSSocket = connectTls(options);
  sockets.push(socket);
  let text = '';
  const closed = new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  socket.write(`POST /rpcpb.Groups/GroupList HTTP/1.1\r\nHost: h\r\nx: ${'x'.repeat(97 * 1024)}`);
  await closed;
  expect(text).toMatch(/^HTTP\/1\.1 431 /);
  expect(await listGroups()).toBe(0);
});

test('a client that is refused over HTTP/1.1 may send on: it gets no reset in place of what it has not read', async () => {
  server = await openServer();
  const socket = connectTls({
    ...credentials,
    port: server.port,
    host: '127.0.0.1',
    ALPNProtocols: ['http/1.1'],
    allowHalfOpen: true,
  } as object);
  sockets.push(socket);
  const errors: Error[] = [];
  socket.on('error', (error) => errors.push(error));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write('hello\r\n\r\n');
  let text = '';
  for await (const chunk of socket.setEncoding('utf8').iterator({ destroyOnReturn: false })) text += chunk;
  // Far more than the system takes without the server.
  const rest = Buffer.alloc(16 * 1024 * 1024);
  await new Promise<void>((resolve) => socket.write(rest, () => resolve()));
  socket.end();
  await closed;
  expect({ text, errors }).toEqual({ text: 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n', errors: [] });
});

test.each([
  ['a header of 200 KiB', { x: 'x'.repeat(200 * 1024) }],
  ['a thousand headers', Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`x${i}`, 'x']))],
])(
  'HTTP/2 requests with %s are refused, though the client has a certificate',
  async (_, headers) => {
    server = await openServer();
    const session = connectHttp2(`https://localhost:${server.port}`, {
      ...credentials,
      maxSendHeaderBlockLength: 1 << 24,
    });
    sockets.push(session);
    session.on('error', () => {});
    const stream = session.request({ ':method': 'POST', ':path': '/rpcpb.Groups/GroupList', ...headers });
    const status = await new Promise((resolve) => {
      stream.once('response', ({ ':status': found }) => resolve(found));
      stream.on('error', () => {}).once('close', () => resolve('closed'));
    });
    expect(status).toBe('closed');
    expect(await listGroups()).toBe(0);
  },
  60_000,
);

test('a client is told that it may have 100 requests at a time', async () => {
  server = await openServer();
  const session = connectHttp2(`https://localhost:${server.port}`, credentials);
  sockets.push(session);
  const settings = await new Promise((resolve) => session.once('remoteSettings', resolve));
  expect(settings).toMatchObject({ maxConcurrentStreams: 100, maxHeaderListSize: 98_304 });
});

const call = (method: string) => ({
  ':method': 'POST',
  ':path': `/rpcpb.${method}`,
  'content-type': 'application/grpc+proto',
});

test('a message of more fields than anybody means is refused', async () => {
  server = await openServer();
  const session = connectHttp2(`https://localhost:${server.port}`, credentials).on('error', () => {});
  sockets.push(session);
  const fields = Buffer.alloc(2 * 200_001, Buffer.from([0x0a, 0x00]));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(fields.length, 1);
  const stream = session.request(call('Changes/ChangesApply')).on('error', () => {});
  const trailers = new Promise<Record<string, unknown>>((resolve) => {
    stream.once('response', (headers) => 'grpc-status' in headers && resolve(headers)).once('trailers', resolve);
  });
  stream.resume().end(Buffer.concat([head, fields]));
  expect(await trailers).toMatchObject({ 'grpc-status': '8' });
});
