import { createHash } from 'node:crypto';
import {
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chunkSize, createTransferBuffers } from './buffers.ts';
import { type Sending, sendFile } from './send.ts';

const size = 5_000_000;
let folder: string;
let file: string;
let server: Server;
let outcomes: Promise<Sending>[];
const buffers = createTransferBuffers();
let onRequest: () => void;
let turn: () => Promise<void> | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'matchbox-send-'));
  file = join(folder, 'file');
  writeFileSync(file, Buffer.alloc(size, 'a'));
  outcomes = [];
  onRequest = () => {};
  turn = () => undefined;
  server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Length': size });
    const fd = openSync(file, 'r');
    onRequest();
    outcomes.push(sendFile({ fd, start: 0, length: size }, response, { buffers, turn: () => turn() }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

function request(): Socket {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  socket.on('error', () => {});
  return socket;
}

async function bodyOf(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);
}

test('sendFile asks for its turn before each piece', async () => {
  let asked = 0;
  let goOn = () => {};
  turn = () => {
    asked++;
    return asked === 3 ? new Promise((resolve) => (goOn = resolve)) : undefined;
  };
  const socket = request();
  const body = bodyOf(socket);
  while (asked < 3) await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toBe(3);
  goOn();
  expect((await body).length).toBe(size);
  expect(asked).toBe(Math.ceil(size / (512 * 1024)));
});

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('sendFile sends the version that was opened when the name gets another file meanwhile', async () => {
  const socket = request().pause();
  await until(() => outcomes.length === 1);
  writeFileSync(`${file}.new`, Buffer.alloc(size, 'b'));
  renameSync(`${file}.new`, file);
  expect(hash(await bodyOf(socket))).toBe(hash(Buffer.alloc(size, 'a')));
  expect(await outcomes[0]).toEqual({ outcome: 'sent', sentBytes: size });
});

test('sendFile destroys the connection when the file is cut off meanwhile', async () => {
  onRequest = () => truncateSync(file, 1000);
  const body = await bodyOf(request()).catch(() => Buffer.alloc(0));
  expect(body.length).toBeLessThan(size);
  expect(await outcomes[0]).toEqual({ outcome: 'file_truncated', sentBytes: 1000 });
});

test('sendFile ends quietly when the client resets the connection', async () => {
  const socket = request();
  await new Promise((resolve) => socket.once('data', resolve));
  socket.resetAndDestroy();
  await until(() => outcomes.length === 1);
  expect(await outcomes[0]).toMatchObject({ outcome: 'client_gone' });
});

test('sendFile closes the file in the end', async () => {
  await bodyOf(request());
  await outcomes[0];
  expect(openFiles()).not.toContain(file);
});

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return 'closed since';
    }
  });
}

test('sendFile waits for a client that stalls and goes on when it does', async () => {
  const socket = request().pause();
  await until(() => outcomes.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect((await bodyOf(socket)).length).toBe(size);
});

test('chunkSize is an eighth of what is left, between 16 KiB and 512 KiB', () => {
  expect([50_331_648, 4_194_304, 1_000_000, 100_000, 0, -5].map(chunkSize)).toEqual([
    524_288, 524_288, 65_536, 16_384, 16_384, 16_384,
  ]);
});

test('createTransferBuffers lends 48 MiB and 16 KiB to each of those that come later, and counts what comes back', () => {
  const lent = createTransferBuffers();
  const taken = Array.from({ length: 1000 }, () => lent.take(10_000_000));
  const bytes = taken.reduce((sum, buffer) => sum + buffer.bytes.length, 0);
  expect([taken[0]!.bytes.length, taken[999]!.bytes.length]).toEqual([524_288, 16_384]);
  expect(bytes).toBeLessThan(64 * 1024 * 1024);
  for (const buffer of taken) buffer.giveBack();
  expect(lent.take(10_000_000).bytes.length).toBe(524_288);
});
