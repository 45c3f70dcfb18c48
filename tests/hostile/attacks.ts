/** What hostile clients do, each as a function of the server: floods, silence, half-finished talk. */
import { connect, type Socket } from 'node:net';
import { http2Attacks } from './http2-attacks.ts';
import { preface } from './http2-frames.ts';
import { rpcAttacks } from './rpc-attacks.ts';
import type { Target } from './target.ts';

export type Attack = (target: Target) => Promise<void>;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nHost: h\r\n${headers}\r\n`;

function dial({ port }: Pick<Target, 'port'>): Socket {
  return connect(port, '127.0.0.1').on('error', () => {});
}

/** Sends a text on each of so many connections, reads nothing, and waits a while before it goes. */
async function sendOnMany(target: Target, count: number, text: (i: number) => string, ms: number): Promise<void> {
  const sockets = Array.from({ length: count }, (_, i) => {
    const socket = dial(target);
    socket.write(text(i));
    return socket;
  });
  await pause(ms);
  for (const socket of sockets) socket.destroy();
}

/** Asks the same many times over one connection, answers read, and gives how many came. */
async function drainAnswers(target: Target, text: string, ms: number): Promise<void> {
  const socket = dial(target);
  socket.resume();
  socket.write(text);
  await Promise.race([new Promise((resolve) => socket.once('close', resolve)), pause(ms)]);
  socket.destroy();
}

const mebibyte = 1024 * 1024;

export const attacks: Readonly<Record<string, Attack>> = {
  'assets asked for twice at once, on connections that close': (target) =>
    sendOnMany(target, 100, () => get('/assets/big').repeat(2), 300),
  '20,000 pipelined downloads on one connection': (target) =>
    sendOnMany(target, 1, () => get('/assets/big').repeat(20_000), 2000),
  '20,000 pipelined small files on one connection that reads': (target) =>
    drainAnswers(target, get('/assets/small').repeat(20_000), 4000),
  '3,000 pipelined templates on 5 connections that close': (target) =>
    sendOnMany(target, 5, (i) => get(`/generic?mac=52-54-00-a1-9c-ae&i=${i}`).repeat(600), 500),
  '300 connections that pipeline densely': (target) => sendOnMany(target, 300, () => get('/').repeat(3000), 1500),
  'ranges and paths that expressions hate': async (target) => {
    const texts = [
      get('/assets/small', `Range: bytes=0${' '.repeat(80_000)}x\r\n`),
      get(`/assets/${'%2F'.repeat(26_000)}.`),
      get('/ignition', `Accept: ${'application/vnd.coreos.ignition+json; '.repeat(2000)}\r\n`),
      get(`/metadata?mac=${':'.repeat(80_000)}`),
    ];
    await sendOnMany(target, 40, (i) => texts[i % texts.length]!, 1500);
  },
  'heads of 300 KB': (target) => sendOnMany(target, 20, () => get('/', `X: ${'x'.repeat(300_000)}\r\n`), 500),
  'keys of 60 KB that the server might keep': async (target) => {
    for (let i = 0; i < 12; i++) {
      const long = `${i}${'k'.repeat(60_000)}`;
      await Promise.all([
        drainAnswers(target, Array.from({ length: 20 }, (_, n) => get(`/ipxe?uuid=${n}${long}`)).join(''), 1000),
        drainAnswers(
          target,
          Array.from({ length: 20 }, (_, n) =>
            get(
              '/ignition?mac=52-54-00-a1-9c-ae',
              `Accept: application/vnd.coreos.ignition+json;version=3.${n}.${long}\r\n`,
            ),
          ).join(''),
          1000,
        ),
      ]);
    }
  },
  '2,000 distinct signatures': (target) =>
    sendOnMany(
      target,
      200,
      (i) => Array.from({ length: 10 }, (_, n) => get(`/metadata.sig?mac=52-54-00-a1-9c-ae&n=${i}.${n}`)).join(''),
      3000,
    ),
  '2,000 idle connections': (target) => sendOnMany(target, 2000, () => '', 1500),
  'heads that come byte by byte': async (target) => {
    const sockets = Array.from({ length: 200 }, () => dial(target));
    for (const byte of get('/ipxe').slice(0, 20)) {
      for (const socket of sockets) socket.write(byte);
      await pause(50);
    }
    for (const socket of sockets) socket.destroy();
  },
  '300 downloads that nobody reads': (target) => sendOnMany(target, 300, () => get('/assets/big'), 2500),
  '300 answers in memory that nobody reads': (target) =>
    sendOnMany(target, 300, (i) => get(`/generic?mac=52-54-00-a1-9c-ae&${'x'.repeat(20_000)}=${i}`).repeat(3), 2500),
  'requests broken off at every stage': async (target) => {
    const text = get('/assets/big');
    for (let i = 0; i < 300; i++) {
      const socket = dial(target);
      socket.write(text.slice(0, (i * 7) % (text.length + 1)));
      if (i % 3 === 0) socket.once('data', () => socket.resetAndDestroy());
      else if (i % 3 === 1) setTimeout(() => socket.resetAndDestroy(), i % 40);
      else setTimeout(() => socket.end(), i % 40);
      setTimeout(() => socket.destroy(), 1500);
      if (i % 20 === 0) await pause(20);
    }
    await pause(1700);
  },
  'odd requests': async (target) => {
    const texts = [
      'CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n',
      `CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n${get('/').repeat(100)}`,
      get('/', 'Expect: 100-continue\r\nContent-Length: 10\r\n'),
      get('/', 'Expect: the-unexpected\r\n').repeat(500),
      get('/', 'Upgrade: websocket\r\nConnection: Upgrade\r\n'),
      get('/', 'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n'),
      get('http://other/assets/big'),
      `POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(20_000)}`,
      'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n',
      `POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${mebibyte}\r\n\r\n${'\r\n\r\n'.repeat(mebibyte / 4)}`,
      `GET / HTTP/1.1\r\n${'a:b\r\n'.repeat(15_000)}\r\n`,
      'GET / HTTP/1.1\nHost: h\n\n'.repeat(500),
      preface.toString('latin1'),
      '\x16\x03\x01\x02\x00\x01',
      '\0'.repeat(100_000),
    ];
    await sendOnMany(target, 10 * texts.length, (i) => texts[i % texts.length]!, 1500);
  },
  'halves of connections closed': async (target) => {
    const sockets = Array.from({ length: 200 }, () => {
      const socket = dial(target);
      socket.end(get('/assets/big').repeat(3));
      return socket;
    });
    await pause(1500);
    for (const socket of sockets) socket.destroy();
  },
  'TLS handshakes that stall': async (target) => {
    const sockets = Array.from({ length: 200 }, () => {
      const socket = dial({ port: target.httpsPort });
      socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00]));
      return socket;
    });
    await pause(1000);
    for (const socket of sockets) socket.destroy();
  },
  ...http2Attacks,
  ...rpcAttacks,
};
