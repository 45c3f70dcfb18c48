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
import { chunkSize } from './buffers.ts';
import { type SendOutcome, sendFile } from './send.ts';

const size = 5_000_000;
let folder: string;
let file: string;
let server: Server;
let outcomes: Promise<SendOutcome>[];
let onRequest: () => void;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'matchbox-send-'));
  file = join(folder, 'file');
  writeFileSync(file, Buffer.alloc(size, 'a'));
  outcomes = [];
  onRequest = () => {};
  server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Length': size });
    const fd = openSync(file, 'r');
    onRequest();
    outcomes.push(sendFile({ fd, start: 0, length: size }, response));
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
  expect(await outcomes[0]).toBe('sent');
});

test('sendFile destroys the connection when the file is cut off meanwhile', async () => {
  onRequest = () => truncateSync(file, 1000);
  const body = await bodyOf(request()).catch(() => Buffer.alloc(0));
  expect(body.length).toBeLessThan(size);
  expect(await outcomes[0]).toBe('file truncated');
});

test('sendFile ends quietly when the client resets the connection', async () => {
  const socket = request();
  await new Promise((resolve) => socket.once('data', resolve));
  socket.resetAndDestroy();
  await until(() => outcomes.length === 1);
  expect(await outcomes[0]).toBe('client gone');
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

test('chunkSize keeps all transfers within 32 MiB until there are very many', () => {
  expect([1, 64, 65, 1000, 100_000].map(chunkSize)).toEqual([1_048_576, 524_288, 262_144, 32_768, 16_384]);
});
