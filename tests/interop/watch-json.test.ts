/** Watching machines as curl and scripts do: Connect JSON over HTTP/1.1, a stream of messages each with its flags and length. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type OpenedServer, openServer } from './server.ts';

let server: OpenedServer;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

interface Message {
  /** Two in the last message of a stream, which tells how it ended. */
  readonly flags: number;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Watch {
  readonly response: IncomingMessage;
  /** The next message. */
  next(): Promise<Message>;
  stop(): void;
}

function enveloped(value: object): Buffer {
  const body = Buffer.from(JSON.stringify(value));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

function watch(asked: object): Promise<Watch> {
  const read = (name: string) => readFileSync(join(server.certificates, name));
  const identity = { ca: read('ca.crt'), cert: read('client.crt'), key: read('client.key'), agent: false as const };
  const headers = { 'content-type': 'application/connect+json' };
  const options = {
    port: server.port,
    host: '127.0.0.1',
    path: '/rpcpb.Machines/MachineWatch',
    method: 'POST',
    headers,
  };
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, ...identity }, (response) => resolve(reader(response, () => sent.destroy())));
    sent.on('error', reject).end(enveloped(asked));
  });
}

function reader(response: IncomingMessage, stop: () => void): Watch {
  const chunks = response.iterator({ destroyOnReturn: false });
  let bytes = Buffer.alloc(0);
  const next = async (): Promise<Message> => {
    while (bytes.length < 5 || bytes.length < 5 + bytes.readUInt32BE(1)) {
      const { value, done } = await chunks.next();
      if (done) throw new Error('the stream is over');
      bytes = Buffer.concat([bytes, value as Buffer]);
    }
    const end = 5 + bytes.readUInt32BE(1);
    const message = { flags: bytes[0]!, value: JSON.parse(bytes.toString('utf8', 5, end)) };
    bytes = bytes.subarray(end);
    return message;
  };
  return { response, next, stop };
}

const labels = (mac: string) => new Map([['mac', mac]]);

test('a watch in Connect JSON begins with the number of machines, and tells what changes as it does', async () => {
  server.machines.recognise(labels('52:54:00:a1:9c:01'), '192.0.2.1');
  const watching = await watch({ query: 'mac:52:54:00:a1:9c:*' });
  expect([watching.response.statusCode, watching.response.headers['content-type']]).toEqual([
    200,
    'application/connect+json',
  ]);
  expect(await watching.next()).toEqual({
    flags: 0,
    value: { heartbeat: { machines: 1, atMs: expect.stringMatching(/^\d{13}$/) } },
  });
  server.machines.recognise(labels('52:54:00:00:00:99'), '192.0.2.3');
  const { id } = server.machines.recognise(labels('52:54:00:a1:9c:02'), '192.0.2.2')!;
  const first = await watching.next();
  expect(first).toMatchObject({ flags: 0, value: { event: { kind: 'identity', machine: id, what: 'new' } } });
  server.machines.apply(id, { kind: 'report', at: 1_700_000_000_000, state: 'running', boot: undefined });
  const told: unknown[] = [];
  while (told.length < 2) told.push((await watching.next()).value);
  expect(told).toContainEqual({
    machine: expect.objectContaining({ id, state: 'running', macs: ['52:54:00:a1:9c:02'] }),
  });
  expect(told).toContainEqual({ event: expect.objectContaining({ kind: 'state', machine: id, state: 'running' }) });
  server.machines.remove(id);
  expect(await watching.next()).toEqual({ flags: 0, value: { forgotten: id } });
  watching.stop();
});

test('a watch in Connect JSON gathers changes where that is asked for', async () => {
  const watching = await watch({ batched: true });
  expect((await watching.next()).value).toMatchObject({ heartbeat: {} });
  const { id } = server.machines.recognise(labels('52:54:00:a1:9c:03'), '192.0.2.5')!;
  server.machines.apply(id, { kind: 'report', at: 1_700_000_000_000, state: 'failed', boot: undefined });
  expect((await watching.next()).value).toMatchObject({ changes: { machines: [{ id, state: 'failed' }] } });
  watching.stop();
});

test('a watch in Connect JSON that cannot be had ends with a message that says why', async () => {
  const watching = await watch({ query: 'a '.repeat(33) });
  const { flags, value } = await watching.next();
  expect(flags).toBe(2);
  expect(value).toMatchObject({
    error: { code: 'invalid_argument', message: 'query: 33 terms, more than the 32 allowed' },
  });
});

test('nobody listens for a client of Connect JSON that went away', async () => {
  const { machines } = server;
  let listening = 0;
  vi.spyOn(machines, 'listen').mockImplementation(() => {
    listening++;
    return { close: () => void listening-- };
  });
  const watching = await watch({});
  await watching.next();
  expect(listening).toBe(1);
  watching.stop();
  await expect.poll(() => listening).toBe(0);
  vi.restoreAllMocks();
});
