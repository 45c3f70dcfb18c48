/** Attacks on the gRPC API: by strangers, and by whoever has a client's certificate, a read-only one at that. */
import { readFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { join } from 'node:path';
import { floods, rawHttp2 } from './http2-attacks.ts';
import { frame, headFrame, literal, post } from './http2-frames.ts';
import { fixtures, type Target } from './target.ts';

const read = (name: string) => readFileSync(join(fixtures, 'certs', name), 'utf8');
const client = { cert: read('client.crt'), key: read('client.key') };
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const streamOf = (i: number) => 2 * i + 1;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const mebibyte = 1024 * 1024;
const frameBytes = 16 * 1024;

const grpcHeaders = [literal('content-type', 'application/grpc+proto'), literal('te', 'trailers')];
const headOf = (path: string) => post(path, Buffer.concat(grpcHeaders));
const jsonHead = (path: string) => post(path, literal('content-type', 'application/json'));

/** A message of gRPC: five bytes before it say how long it is. */
function message(bytes: Uint8Array, length = bytes.length): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, bytes]);
}

/** A body in frames; the last one ends it unless it is to go on. */
function bodyFrames(stream: number, body: Uint8Array, isWhole = true): Buffer[] {
  const count = Math.max(1, Math.ceil(body.length / frameBytes));
  return numbers(count).map((i) =>
    frame(0, isWhole && i === count - 1 ? 1 : 0, stream, body.subarray(i * frameBytes, (i + 1) * frameBytes)),
  );
}

const call = (stream: number, path: string, body: Uint8Array) => [
  headFrame(stream, headOf(path), 4),
  ...bodyFrames(stream, message(body)),
];
const send = (target: Target, frames: readonly Uint8Array[], ms?: number) =>
  rawHttp2({ httpsPort: target.rpcPort }, frames, ms, client);

/** A field of protobuf that holds bytes. */
function field(number: number, bytes: Uint8Array): Buffer {
  const head = [(number << 3) | 2];
  for (let rest = bytes.length; ; rest >>>= 7) {
    head.push(rest < 128 ? rest : (rest & 127) | 128);
    if (rest < 128) break;
  }
  return Buffer.concat([Buffer.from(head), bytes]);
}

/** The connection's window, as wide as it may be. */
const wide = frame(8, 0, 0, Buffer.from([0x7f, 0, 0, 0]));

export const rpcAttacks: Readonly<Record<string, (target: Target) => Promise<void>>> = {
  ...Object.fromEntries(
    Object.entries(floods).map(([name, frames]) => [
      `gRPC: ${name}`,
      async (target: Target) => {
        await Promise.all(numbers(5).map(() => send(target, frames(headOf('/rpcpb.Groups/GroupList')))));
      },
    ]),
  ),
  'gRPC: 500 messages of 4 MiB that never end': async (target) => {
    const most = message(Buffer.alloc(4 * mebibyte - 1000, 'a'), 4 * mebibyte);
    const options = { ...client, rejectUnauthorized: false };
    const sessions = numbers(5).map(() => {
      const session = connectHttp2(`https://127.0.0.1:${target.rpcPort}`, options).on('error', () => {});
      for (let i = 0; i < 100; i++) {
        const head = {
          ':method': 'POST',
          ':path': '/rpcpb.Generic/GenericPut',
          'content-type': 'application/grpc+proto',
        };
        const stream = session.request(head, { endStream: false }).on('error', () => {});
        stream.write(most);
      }
      return session;
    });
    await pause(6000);
    for (const session of sessions) session.destroy();
  },
  'gRPC: messages longer than any may be': async (target) => {
    const much = Buffer.alloc(mebibyte, 'a');
    const frames = numbers(50).flatMap((i) => [
      headFrame(streamOf(i), headOf('/rpcpb.Generic/GenericPut'), 4),
      ...bodyFrames(streamOf(i), message(much, 0xffff_fff0), false),
    ]);
    await Promise.all(numbers(5).map(() => send(target, frames, 2000)));
  },
  'gRPC: 10,000 tiny objects in one change': async (target) => {
    const change = (i: number) =>
      field(
        1,
        Buffer.concat([field(1, Buffer.from('generic')), field(2, Buffer.from(`t${i}`)), field(3, Buffer.from('x'))]),
      );
    const body = Buffer.concat(numbers(10_000).map(change));
    await Promise.all(numbers(3).map(() => send(target, call(1, '/rpcpb.Changes/ChangesApply', body), 4000)));
  },
  'gRPC: 2,000 writes at once': async (target) => {
    const put = (i: number) => Buffer.concat([field(1, Buffer.from(`w${i % 20}`)), field(2, Buffer.from(`text ${i}`))]);
    const frames = numbers(100).flatMap((i) => call(streamOf(i), '/rpcpb.Generic/GenericPut', put(i)));
    await Promise.all(numbers(20).map(() => send(target, frames, 3000)));
  },
  'gRPC: messages of fields within fields': async (target) => {
    let nested: Buffer = Buffer.alloc(0);
    for (let depth = 0; depth < 20_000; depth++) nested = field(1, nested);
    const many = Buffer.concat(numbers(1_000_000).map(() => Buffer.from([0x08, 0x01])));
    const empty = Buffer.alloc(2 * mebibyte, Buffer.from([0x0a, 0x00]));
    const bodies = [nested, many, empty];
    const frames = bodies.flatMap((body, i) => call(streamOf(i), '/rpcpb.Changes/ChangesApply', body));
    await Promise.all(numbers(5).map(() => send(target, frames, 3000)));
  },
  'gRPC: JSON of many fields': async (target) => {
    const names = Buffer.from(
      `{${numbers(200_000)
        .map((i) => `"${i.toString(36)}":1`)
        .join()}}`,
    );
    const deep = Buffer.from(`{"group":${'{"a":'.repeat(60)}1${'}'.repeat(60)}}`);
    const frames = [names, deep, names].flatMap((body, i) => [
      headFrame(streamOf(i), jsonHead('/rpcpb.Groups/GroupPut'), 4),
      ...bodyFrames(streamOf(i), body),
    ]);
    await Promise.all(numbers(3).map(() => send(target, frames, 3000)));
  },
  'gRPC: answers that nobody reads': async (target) => {
    const big = Buffer.alloc(mebibyte, 'b');
    const put = Buffer.concat([field(1, Buffer.from('big')), field(2, big)]);
    await send(target, call(1, '/rpcpb.Generic/GenericPut', put), 1000);
    const shut = frame(4, 0, 0, Buffer.from([0, 4, 0, 0, 0, 0]));
    const get = field(1, Buffer.from('big'));
    const frames = [shut, ...numbers(100).flatMap((i) => call(streamOf(i), '/rpcpb.Generic/GenericGet', get))];
    await Promise.all(numbers(10).map(() => send(target, frames, 3000)));
  },
  'gRPC: 1,000 watchers that read nothing': async (target) => {
    const shut = frame(4, 0, 0, Buffer.from([0, 4, 0, 0, 0, 0]));
    const frames = [
      shut,
      ...numbers(100).flatMap((i) => call(streamOf(i), '/rpcpb.Machines/MachineWatch', Buffer.alloc(0))),
    ];
    await Promise.all(numbers(10).map(() => send(target, [...frames, wide], 3000)));
  },
};
