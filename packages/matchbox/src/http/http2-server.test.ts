import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type OutgoingHttpHeaders } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openCatalog } from '../data/catalog.ts';
import { limits } from '../limits/limits.ts';
import { noMetrics } from '../log/metrics.ts';
import { openMemoryStore } from '../store/memory.ts';
import { createHandler } from './handler.ts';
import type { Finished } from './request-log.ts';
import { type HttpServer, openHttpServer } from './server.ts';

const certificates = new URL('../../../../golden/matchbox/_fixtures/certs/', import.meta.url);
const large = Buffer.alloc(5_000_000, 'large');
const finished: Finished[] = [];
let folder: string;
let server: HttpServer;
let client: ClientHttp2Session;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'matchbox-http2-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'assets/large'), large);
  const catalog = await openCatalog(openMemoryStore(), { watch: false });
  const read = (name: string) => readFileSync(new URL(name, certificates), 'utf8');
  server = await openHttpServer({
    host: '127.0.0.1',
    port: 0,
    handler: createHandler({ snapshot: () => catalog.snapshot, assetsPath: join(folder, 'assets') }),
    requestLog: { finished: (request) => finished.push(request), close: () => {} },
    metrics: noMetrics,
    onError: (error) => {
      throw error;
    },
    tls: { keyPair: { cert: read('server.crt'), key: read('server.key') }, onHandshakeFailure: () => {} },
  });
});
afterAll(async () => {
  await server.close(0);
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  finished.splice(0);
  client = connect(`https://127.0.0.1:${server.address.port}`, { rejectUnauthorized: false });
});
afterEach(() => client.destroy());

/** @returns status, the headers, and the body */
function ask(headers: OutgoingHttpHeaders, body?: Buffer): Promise<{ headers: Record<string, unknown>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const stream = client.request({ ':method': 'GET', ...headers }, { endStream: body === undefined });
    let received: Record<string, unknown> = {};
    const chunks: Buffer[] = [];
    stream.on('response', (got) => {
      received = got;
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => resolve({ headers: received, body: Buffer.concat(chunks) }));
    if (body !== undefined) stream.end(body);
  });
}

test('createHttp2 answers as HTTP/1.1 does, many at a time on one connection', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask({ ':path': '/boot.ipxe?a=b' })));
  for (const { headers, body } of answers) {
    expect(headers).toMatchObject({ ':status': 200, 'content-type': 'text/plain; charset=utf-8' });
    expect(headers['content-length']).toBe(`${body.length}`);
    expect(body.toString()).toMatch(/^#!ipxe\n/);
  }
  expect(finished).toHaveLength(50);
  expect(finished[0]).toMatchObject({ status: 200, request: { method: 'GET', target: '/boot.ipxe?a=b' } });
  expect(finished[0]!.request.remoteAddress).toMatch(/^127\.0\.0\.1:\d+$/);
});

test('createHttp2 knows HEAD, what is not there, and a body that nobody reads', async () => {
  const head = await ask({ ':method': 'HEAD', ':path': '/' });
  expect([head.headers[':status'], head.headers['content-length'], head.body.length]).toEqual([200, '9', 0]);
  expect((await ask({ ':path': '/nowhere' })).headers[':status']).toBe(404);
  const posted = await ask({ ':method': 'POST', ':path': '/' }, Buffer.alloc(1000));
  expect(posted.body.toString()).toBe('matchbox\n');
});

test('createHttp2 sends assets, and parts of them', async () => {
  const whole = await ask({ ':path': '/assets/large' });
  expect(whole.body.equals(large)).toBe(true);
  const part = await ask({ ':path': '/assets/large', range: 'bytes=5-9' });
  expect([part.headers[':status'], part.headers['content-range'], part.body.toString()]).toEqual([
    206,
    'bytes 5-9/5000000',
    'large',
  ]);
});

test('createHttp2 counts what went out of a transfer that the client broke off', async () => {
  await new Promise<void>((resolve) => {
    const stream = client.request({ ':path': '/assets/large' });
    stream.once('data', () => stream.close());
    stream.on('error', () => {});
    stream.once('close', resolve);
  });
  for (let i = 0; i < 500 && finished.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(finished).toHaveLength(1);
  expect((await ask({ ':path': '/' })).body.toString()).toBe('matchbox\n');
});

test('createHttp2 refuses nobody who asks while the downloads of its connection stall', async () => {
  const begun = (stream: ClientHttp2Stream) => new Promise((resolve) => stream.once('data', resolve));
  const whole = async (stream: ClientHttp2Stream, length: number) => {
    for await (const chunk of stream) length += (chunk as Buffer).length;
    return length;
  };
  const stalled = Array.from({ length: limits.streamsInWork }, () => client.request({ ':path': '/assets/large' }));
  const firsts = await Promise.all(
    stalled.map(async (stream) => {
      const first = (await begun(stream)) as Buffer;
      stream.pause();
      return first.length;
    }),
  );
  const asked = ask({ ':path': '/' });
  // It has come when this has.
  await new Promise((resolve) => client.ping(resolve));
  const lengths = await Promise.all(stalled.map((stream, i) => whole(stream, firsts[i] ?? 0)));
  expect(lengths).toEqual(stalled.map(() => large.length));
  expect((await asked).body.toString()).toBe('matchbox\n');
});

test('createHttp2 survives clients that send garbage, reset what they asked for, or go at any moment', async () => {
  const options = { host: '127.0.0.1', port: server.address.port, rejectUnauthorized: false, ALPNProtocols: ['h2'] };
  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');
  const garbage = [Buffer.from('GET / HTTP/1.1\r\n\r\n'), preface, Buffer.concat([preface, Buffer.alloc(100, 0xff)])];
  for (const bytes of garbage) {
    await new Promise<void>((resolve) => {
      const socket = connectTls(options, () => socket.write(bytes, () => setTimeout(() => socket.destroy(), 20)));
      socket.on('error', () => {}).on('close', () => resolve());
    });
  }
  for (const path of ['/assets/large', '/boot.ipxe']) {
    for (let i = 0; i < 20; i++) {
      const stream = client.request({ ':path': path });
      stream.on('error', () => {});
      if (i % 2 === 0) stream.close();
      else setTimeout(() => stream.close(), i);
    }
  }
  const other = connect(`https://127.0.0.1:${server.address.port}`, { rejectUnauthorized: false });
  other.on('error', () => {});
  for (let i = 0; i < 20; i++) other.request({ ':path': '/assets/large' }).on('error', () => {});
  await new Promise((resolve) => setTimeout(resolve, 30));
  other.destroy();
  expect((await ask({ ':path': '/' })).body.toString()).toBe('matchbox\n');
});

test('close lets an answer finish that is on its way, and ends idle connections', async () => {
  const other = await openHttpServer({
    host: '127.0.0.1',
    port: 0,
    handler: async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return { status: 200, headers: {}, body: Buffer.from('late'), outcome: { endpoint: 'home', reason: 'ok' } };
    },
    requestLog: { finished: () => {}, close: () => {} },
    metrics: noMetrics,
    onError: () => {},
    tls: {
      keyPair: {
        cert: readFileSync(new URL('server.crt', certificates), 'utf8'),
        key: readFileSync(new URL('server.key', certificates), 'utf8'),
      },
      onHandshakeFailure: () => {},
    },
  });
  client.destroy();
  client = connect(`https://127.0.0.1:${other.address.port}`, { rejectUnauthorized: false });
  await new Promise((resolve) => client.once('remoteSettings', resolve));
  const asked = ask({ ':path': '/' });
  await new Promise((resolve) => setTimeout(resolve, 30));
  const closed = other.close(10_000);
  expect((await asked).body.toString()).toBe('late');
  await closed;
});
