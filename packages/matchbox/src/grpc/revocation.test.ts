import 'reflect-metadata';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { issueAuthority, issueLeaf, type KeyAndCertificate } from '../cli/certs/issue.ts';
import { openCatalog } from '../data/catalog.ts';
import { createLogger } from '../log/log.ts';
import { noMetrics } from '../log/metrics.ts';
import { openMemoryMachines } from '../memory-machines.ts';
import { openFileStore } from '../store/file.ts';
import { textFiles } from '../tls/read-text-files.ts';
import { type GrpcServer, startGrpc } from './start-grpc.ts';

// Certificates of an authority `CN=A`: alice and bob write, carol is of OU=lab; and of `CN=B`: dave.
const folder = mkdtempSync(join(tmpdir(), 'matchbox-revocation-'));
afterAll(() => rmSync(folder, { recursive: true }));

const day = 24 * 60 * 60 * 1000;
const names = ['alice', 'bob', 'carol', 'dave'] as const;
type Name = (typeof names)[number];
let authorities: Record<'A' | 'B', KeyAndCertificate>;
const certificates = new Map<Name, KeyAndCertificate>();

beforeAll(async () => {
  const validity = { from: new Date(), days: 300 };
  authorities = { A: await issueAuthority('A', validity), B: await issueAuthority('B', validity) };
  for (const name of names) {
    const lasts = { from: new Date(), days: name === 'bob' ? 1 : 200 };
    certificates.set(
      name,
      await issueLeaf(name === 'dave' ? authorities.B : authorities.A, {
        usage: 'client',
        commonName: name,
        ...(name === 'carol' && { organizationalUnit: 'lab' }),
        alternativeNames: [],
        validity: lasts,
      }),
    );
  }
  const server = await issueLeaf(authorities.A, {
    usage: 'server',
    commonName: 'localhost',
    alternativeNames: [{ type: 'ip', value: '127.0.0.1' }],
    validity,
  });
  write('server.crt', server.certificate);
  write('server.key', server.key);
  mkdirSync(join(folder, 'data/groups'), { recursive: true });
  mkdirSync(join(folder, 'data/profiles'), { recursive: true });
});

/** In one step, as a renewal is done; the server looks at the files again and again. */
function write(name: string, text: string): void {
  writeFileSync(join(folder, `${name}.new`), text);
  renameSync(join(folder, `${name}.new`), join(folder, name));
}

async function revocationList(authority: 'A' | 'B', revoked: readonly Name[], days = 30): Promise<string> {
  const { certificate, key } = authorities[authority];
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const der = Buffer.from(key.replace(/-----.*-----/g, ''), 'base64');
  const list = await x509.X509CrlGenerator.create({
    issuer: new x509.X509Certificate(certificate).subject,
    thisUpdate: new Date(Date.now() - day),
    nextUpdate: new Date(Date.now() + days * day),
    entries: revoked.map((name) => ({
      serialNumber: new x509.X509Certificate(certificates.get(name)!.certificate).serialNumber,
    })),
    signingAlgorithm: algorithm,
    signingKey: await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']),
  });
  return `${x509.PemConverter.encode(list.rawData, 'X509 CRL')}\n`;
}

let server: GrpcServer;
const log: string[] = [];
let clock = Date.now();
let closeCatalog: () => Promise<void>;
const opened: (ClientHttp2Session | TLSSocket)[] = [];

beforeEach(async () => {
  log.length = 0;
  clock = Date.now();
  write('ca.crt', authorities.A.certificate + authorities.B.certificate);
  // The second list of the file counts as the first does.
  write('crl', (await revocationList('A', [])) + (await revocationList('B', [])));
  write('roles', '# who may look\nOU=read-only\n');
  const logger = createLogger({ level: 'info', format: 'text', sink: (line) => log.push(line) });
  const catalog = await openCatalog(openFileStore(join(folder, 'data')), { logger, watch: false });
  closeCatalog = () => catalog.close();
  server = await startGrpc({
    host: '127.0.0.1',
    port: 0,
    certFile: join(folder, 'server.crt'),
    keyFile: join(folder, 'server.key'),
    caFile: join(folder, 'ca.crt'),
    crlFile: join(folder, 'crl'),
    readOnlyFile: join(folder, 'roles'),
    files: textFiles,
    catalog,
    machines: await openMemoryMachines(),
    answers: {},
    logger,
    metrics: noMetrics,
    version: { version: 'v1', runtime: 'test' },
    certificateIntervalMs: 10,
    now: () => new Date(clock),
  });
});
afterEach(async () => {
  for (const connection of opened.splice(0)) connection.destroy();
  await server.close();
  await closeCatalog();
});

function identity(name: Name): ConnectionOptions {
  const { certificate: cert, key } = certificates.get(name)!;
  return { ca: readFileSync(join(folder, 'ca.crt')), cert, key, port: server.address.port, host: '127.0.0.1' };
}

interface Caller {
  readonly closed: Promise<string>;
  /** The status of a call, which is 200 when all is well. */
  call(path?: string, body?: object): Promise<number>;
}

/** Connected by HTTP/2; resolves once its first call has been answered, since with TLS 1.3 a client is told late that it is refused. */
async function join2(name: Name): Promise<Caller> {
  const session = connect(`https://127.0.0.1:${server.address.port}`, identity(name));
  opened.push(session);
  session.on('error', () => {});
  const closed = new Promise<string>((resolve) => session.once('close', () => resolve('closed')));
  await new Promise((resolve, reject) => session.once('connect', resolve).once('error', reject));
  const caller: Caller = {
    closed,
    call: (path = 'Groups/GroupList', body = {}) =>
      new Promise((resolve, reject) => {
        const stream = session.request({
          ':method': 'POST',
          ':path': `/rpcpb.${path}`,
          'content-type': 'application/json',
        });
        stream.on('response', (headers) => resolve(headers[':status']!));
        stream.on('error', reject).on('close', () => reject(new Error('closed')));
        stream.resume().end(JSON.stringify(body));
      }),
  };
  expect(await caller.call()).toBe(200);
  return caller;
}

/** Connected by HTTP/1.1; resolves once its first call has been answered. */
async function join1(name: Name): Promise<{ readonly closed: Promise<string> }> {
  const socket = connectTls({ ...identity(name), ALPNProtocols: ['http/1.1'] });
  opened.push(socket);
  socket.on('error', () => {});
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve('closed')));
  const answer = new Promise<string>((resolve, reject) => {
    socket.once('data', (bytes) => resolve(bytes.toString().split('\r\n')[0]!)).once('error', reject);
  });
  socket.write(
    'POST /rpcpb.Groups/GroupList HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
  );
  expect(await answer).toBe('HTTP/1.1 200 OK');
  return { closed };
}

test('a client on a new revocation list is cut off, over HTTP/2 and HTTP/1.1; others call on, over the connection they have', async () => {
  const [alice, bob, dave, oldAlice] = [
    await join2('alice'),
    await join2('bob'),
    await join2('dave'),
    await join1('alice'),
  ];
  write('crl', (await revocationList('A', ['alice'])) + (await revocationList('B', [])));
  expect([await alice.closed, await oldAlice.closed]).toEqual(['closed', 'closed']);
  expect([await bob.call(), await dave.call()]).toEqual([200, 200]);
  expect(log.filter((line) => line.includes('ended the connection')).length).toBe(2);
  expect(log.join('')).toMatch(
    /level=warning msg="gRPC: ended the connection of CN=alice from 127\.0\.0\.1:\d+: the client certificate is revoked by -crl-file"/,
  );
  await expect(join2('alice')).rejects.toThrow();
});

test('the second list of the file is asked, at the handshake and later', async () => {
  const dave = await join2('dave');
  write('crl', (await revocationList('A', [])) + (await revocationList('B', ['dave'])));
  expect(await dave.closed).toBe('closed');
  await expect(join2('dave')).rejects.toThrow();
  await join2('alice');
});

test('a call that lasts ends with its connection', async () => {
  const session = connect(`https://127.0.0.1:${server.address.port}`, identity('alice'));
  opened.push(session);
  session.on('error', () => {});
  const watch = session.request({
    ':method': 'POST',
    ':path': '/grpc.health.v1.Health/Watch',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  watch.on('error', () => {});
  const closed = new Promise((resolve) => watch.once('close', () => resolve('closed')));
  const first = new Promise((resolve) => watch.once('data', () => resolve('serving')));
  watch.end(Buffer.alloc(5));
  expect(await first).toBe('serving');
  write('crl', (await revocationList('A', ['alice'])) + (await revocationList('B', [])));
  expect(await closed).toBe('closed');
});

test('an authority that is taken out of -ca-file takes its clients along', async () => {
  const [alice, dave] = [await join2('alice'), await join2('dave')];
  write('ca.crt', authorities.A.certificate);
  expect(await dave.closed).toBe('closed');
  expect(await alice.call()).toBe(200);
  expect(log.join('')).toContain('signed by an authority that is not in -ca-file');
});

test('a certificate that ends while it is connected is cut off, without a change of any file', async () => {
  const [alice, bob] = [await join2('alice'), await join2('bob')];
  clock += 2 * day;
  expect(await bob.closed).toBe('closed');
  expect(await alice.call()).toBe(200);
  expect(log.join('')).toContain('of CN=bob from');
  expect(log.join('')).toContain('the client certificate has expired');
});

test('revocation lists that end while clients are connected end the connections, as they would end a handshake', async () => {
  const alice = await join2('alice');
  clock += 31 * day;
  expect(await alice.closed).toBe('closed');
  expect(log.join('')).toContain('the revocation list of -crl-file is not usable');
});

test('a client that becomes a reader is cut off, and may then read only', async () => {
  const [alice, carol] = [await join2('alice'), await join2('carol')];
  const put = { name: 'x', config: 'e30=' };
  expect([await carol.call('Generic/GenericPut', put), await alice.call('Generic/GenericPut', put)]).toEqual([
    200, 200,
  ]);
  write('roles', 'OU=read-only\nOU=lab\n');
  expect(await carol.closed).toBe('closed');
  expect(log.join('')).toMatch(/of OU=lab,CN=carol from .*: it is a reader from now on/);
  const again = await join2('carol');
  expect([await again.call('Generic/GenericPut', put), await again.call()]).toEqual([403, 200]);
  expect(await alice.call('Generic/GenericPut', put)).toBe(200);
});

test('no session can be resumed: each connection is judged anew', async () => {
  const tickets: Buffer[] = [];
  const first = connectTls({ ...identity('alice'), ALPNProtocols: ['http/1.1'] });
  opened.push(first);
  first.on('session', (ticket) => tickets.push(ticket));
  first.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((resolve) => first.once('data', resolve));
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const session = tickets.at(-1);
    const socket = connectTls({
      ...identity('alice'),
      ...(session && { session }),
      minVersion: version,
      maxVersion: version,
    });
    opened.push(socket);
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    expect(socket.isSessionReused()).toBe(false);
    socket.on('session', (ticket) => tickets.push(ticket));
  }
});

test('files that cannot be used leave everybody connected', async () => {
  const alice = await join2('alice');
  write('crl', 'half a li');
  write('roles', 'no rule\n');
  await expect.poll(() => log.join('')).toContain('cannot be used, the old ones stay in use');
  expect(await alice.call()).toBe(200);
});
