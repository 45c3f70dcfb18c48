import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { noMetrics } from '../log/metrics.ts';
import type { HandshakeFailure } from '../tls/handshake-failure.ts';
import { plainResponse } from './message.ts';
import { type HttpServer, openHttpServer } from './server.ts';
import { tlsSuites } from './tls-suites.ts';

const read = (name: string) =>
  readFileSync(new URL(`../../../../golden/matchbox/_fixtures/certs/${name}`, import.meta.url), 'utf8');

let withRsa: HttpServer;
let withEcdsa: HttpServer;
const failures: string[] = [];

function open(name: string): Promise<HttpServer> {
  return openHttpServer({
    host: '127.0.0.1',
    port: 0,
    handler: () => plainResponse(200, 'served\n', { endpoint: 'home', reason: 'ok' }),
    requestLog: { finished: () => {}, close: () => {} },
    metrics: noMetrics,
    onError: (error) => {
      throw error;
    },
    tls: {
      keyPair: { cert: read(`${name}.crt`), key: read(`${name}.key`) },
      onHandshakeFailure: ({ reason }: HandshakeFailure, address) =>
        failures.push(`${reason} ${address.replace(/\d+$/, '')}`),
      handshakeTimeoutMs: 300,
    },
  });
}

beforeAll(async () => {
  withRsa = await open('server-rsa');
  withEcdsa = await open('server');
});
afterAll(() => Promise.all([withRsa.close(0), withEcdsa.close(0)]));
beforeEach(() => void failures.splice(0));
afterEach(() => expect(failures).toEqual([]));

/** What failed since; the list is empty again afterwards. */
async function failed(): Promise<string | undefined> {
  for (let i = 0; i < 500 && failures.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  return failures.shift();
}

/** Asks over TLS with these options only. @returns protocol, suite and body, or the code of the error */
function ask({ address }: HttpServer, options: ConnectionOptions): Promise<string[]> {
  return new Promise((resolve) => {
    const socket: TLSSocket = connectTls(
      { host: '127.0.0.1', port: address.port, rejectUnauthorized: false, minVersion: 'TLSv1', ...options },
      () => socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
    );
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve([error.code ?? '']));
    socket.on('end', () =>
      resolve([socket.getProtocol() ?? '', socket.getCipher().name, text.split('\r\n\r\n')[1] ?? '']),
    );
  });
}

const legacy = (suites: string): ConnectionOptions => ({ maxVersion: 'TLSv1.2', ciphers: `${suites}:@SECLEVEL=0` });

test.each(tlsSuites.filter(({ ipxe }) => ipxe).map(({ name, key }) => [name, key]))(
  'createTlsServer speaks %s, which is all that some iPXE knows',
  async (name, key) => {
    const server = key === 'RSA' ? withRsa : withEcdsa;
    expect(await ask(server, legacy(name))).toEqual(['TLSv1.2', name, 'served\n']);
  },
);

test('createTlsServer serves a client that knows what iPXE of 2019 knows, with short records as it asks for', async () => {
  const suites = tlsSuites.filter(({ ipxe }) => ipxe === 2015).map(({ name }) => name);
  const args = [
    '-tls1_2',
    '-cipher',
    `${suites.join(':')}:@SECLEVEL=0`,
    '-maxfraglen',
    '4096',
    '-quiet',
    '-no_ign_eof',
  ];
  const child = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${withRsa.address.port}`, ...args]);
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  child.stdin.write('GET / HTTP/1.0\r\n\r\n');
  await new Promise((resolve) => child.once('close', resolve));
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nserved\n$/);
});

test('createTlsServer prefers TLS 1.3, and forward secrecy under TLS 1.2', async () => {
  expect(await ask(withRsa, {})).toEqual(['TLSv1.3', 'TLS_AES_128_GCM_SHA256', 'served\n']);
  const suites = tlsSuites.filter(({ tls }) => tls === '1.2').map(({ name }) => name);
  const preferred = await ask(withRsa, legacy(suites.toReversed().join(':')));
  expect(preferred).toEqual(['TLSv1.2', 'ECDHE-RSA-AES128-GCM-SHA256', 'served\n']);
});

test('createTlsServer refuses TLS 1.1 and what is weak, and says why', async () => {
  const version = await ask(withRsa, { maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' });
  expect(version).toEqual(['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION']);
  expect(await failed()).toBe('old_protocol 127.0.0.1:');
  for (const suite of ['NULL-SHA256', 'CAMELLIA128-SHA', 'ADH-AES128-SHA256', 'DHE-RSA-AES128-SHA']) {
    expect(await ask(withRsa, legacy(suite)), suite).toHaveLength(1);
    expect(await failed(), suite).toBe('no_shared_cipher 127.0.0.1:');
  }
});

test('createTlsServer says that an ECDSA certificate is nothing for an older iPXE', async () => {
  expect(await ask(withEcdsa, legacy('AES128-SHA256:AES256-SHA'))).toHaveLength(1);
  expect(await failed()).toBe('no_shared_cipher 127.0.0.1:');
});

/** Sends bytes without TLS. @returns what came until the server closed the connection */
function sendPlain({ address }: HttpServer, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(address.port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
}

test('createTlsServer tells who speaks plain HTTP what is wrong, and closes on what is no TLS', async () => {
  const refusal = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n';
  for (const method of ['GET', 'HEAD', 'POST']) {
    expect(await sendPlain(withRsa, `${method} /ipxe HTTP/1.1\r\nHost: x\r\n\r\n`)).toBe(refusal);
    expect(await failed()).toBe('plain_http 127.0.0.1:');
  }
  expect(await sendPlain(withRsa, 'hello\r\n\r\n')).toBe('');
  expect(await failed()).toBe('not_tls 127.0.0.1:');
});

test('createTlsServer ends a handshake that does not go on', async () => {
  expect(await sendPlain(withRsa, '\x16\x03\x01\x02\x00\x01')).toBe('');
  expect(await failed()).toBe('timeout 127.0.0.1:');
});

test('createTlsServer says nothing of who connects and goes without a word', async () => {
  await new Promise<void>((resolve) => {
    const socket = connect(withRsa.address.port, '127.0.0.1', () => socket.destroy());
    socket.on('close', () => resolve());
  });
  expect(await ask(withRsa, {})).toHaveLength(3);
});

test('setKeyPair is for new connections; what OpenSSL does not take leaves the old one in use', async () => {
  const server = await open('server');
  const keyOf = async () => (await ask(server, legacy('ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256')))[1];
  expect(await keyOf()).toBe('ECDHE-ECDSA-AES128-GCM-SHA256');
  expect(() => server.setKeyPair({ cert: read('server.crt'), key: read('client.key') })).toThrow(/key values mismatch/);
  expect(await keyOf()).toBe('ECDHE-ECDSA-AES128-GCM-SHA256');
  server.setKeyPair({ cert: read('server-rsa.crt'), key: read('server-rsa.key') });
  expect(await keyOf()).toBe('ECDHE-RSA-AES128-GCM-SHA256');
  await server.close(0);
});
