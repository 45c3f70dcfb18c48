/** What TLS refuses: each with its own line in the log, its own count, and words for the user at the other end. */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { type AddressInfo, connect as connectTcp, createServer } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { checkConnection, issueAuthority, issueLeaf, type KeyAndCertificate } from 'matchbox/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openClient } from '../conformance/grpc/client.ts';
import { type OpenedServer, openServer } from './server.ts';
import { until } from './until.ts';

let server: OpenedServer;
/** Certificates that the fixtures lack. */
beforeAll(async () => {
  server = await openServer(
    ({ file }) => ({ crlFile: file('revoked.crl') }),
    (_data, folder) => makeRevocationList(join(folder, 'certs')),
  );
  const day = 24 * 60 * 60 * 1000;
  const authority = await issueAuthority('late CA', { from: new Date(), days: 30 });
  write('late-ca', authority);
  const client = { usage: 'client', alternativeNames: [] } as const;
  const ours = { certificate: read('ours.crt'), key: read('ours.key') };
  write(
    'future',
    await issueLeaf(ours, { ...client, commonName: 'future', validity: { from: new Date(Date.now() + day), days: 9 } }),
  );
});
afterAll(() => server.close());
beforeEach(() => {
  server.log.length = 0;
  server.failures.length = 0;
});
afterEach(() => {
  expect(server.log.every((line) => !line.includes('    at '))).toBe(true);
});

const file = (name: string): string => join(server.certificates, name);
const read = (name: string): string => readFileSync(file(name), 'utf8');
function write(name: string, { certificate, key }: KeyAndCertificate): void {
  writeFileSync(file(`${name}.crt`), certificate);
  writeFileSync(file(`${name}.key`), key);
}

/** An authority made by OpenSSL beside the fixtures' one, a client of it, and a list that revokes that client. */
function makeRevocationList(folder: string): void {
  const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'ours.key',
    '-out',
    'ours.crt',
    '-subj',
    '/CN=ours',
    '-days',
    '30',
  );
  for (const name of ['good', 'revoked']) {
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      `/CN=${name}`,
    );
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ours.crt',
      '-CAkey',
      'ours.key',
      '-CAcreateserial',
      '-out',
      `${name}.crt`,
      '-days',
      '9',
    );
  }
  writeFileSync(join(folder, 'index.txt'), '');
  writeFileSync(join(folder, 'number'), '01\n');
  writeFileSync(
    join(folder, 'ca.conf'),
    '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=30\n',
  );
  const authority = ['-config', 'ca.conf', '-cert', 'ours.crt', '-keyfile', 'ours.key'];
  openssl('ca', ...authority, '-revoke', 'revoked.crt');
  openssl('ca', ...authority, '-gencrl', '-out', 'revoked.crl');
  // The server trusts this authority alone: a list has to be there for each one.
  renameSync(join(folder, 'ca.crt'), join(folder, 'fixture-ca.crt'));
  writeFileSync(join(folder, 'ca.crt'), readFileSync(join(folder, 'ours.crt')));
}

const clientOf = (name: string, ca = 'fixture-ca') => ({
  caFile: `${ca}.crt`,
  certFile: `${name}.crt`,
  ca: read(`${ca}.crt`),
  cert: read(`${name}.crt`),
  key: read(`${name}.key`),
});

test('a client with a good certificate is let in, and nothing is logged', async () => {
  expect(await checkConnection(`127.0.0.1:${server.port}`, clientOf('good'), 4000)).toBeUndefined();
  expect(await checkConnection(`localhost:${server.port}`, clientOf('good'), 4000)).toBeUndefined();
  expect(server.log).toEqual([]);
});

test.each([
  [
    'client-other',
    'unknown_authority',
    'signed by an authority that is not in -ca-file',
    'it is signed by CN=another fixture CA, while fixture-ca.crt is CN=fixture CA',
  ],
  ['future', 'not_yet_valid', 'is not yet valid', 'it is not valid before'],
  ['revoked', 'revoked', 'is revoked by -crl-file', 'signed by CN=ours'],
])('client certificate %s: %s', async (name, reason, logged, told) => {
  const fault = await checkConnection(`127.0.0.1:${server.port}`, clientOf(name), 4000);
  expect(fault).toMatchObject({ code: 'refused_by_server', message: expect.stringContaining(told) });
  await until(() => server.failures.length > 0, 'the failure is counted');
  expect(server.failures).toEqual([reason]);
  expect(server.log.join('')).toMatch(/TLS handshake with 127\.0\.0\.1:\d+ failed/);
  expect(server.log.join('')).toContain(logged);
});

test('an expired client certificate of the right authority is called expired', async () => {
  const other = await openServer();
  const fault = await checkConnection(`127.0.0.1:${other.port}`, clientOf('client-expired'), 4000);
  expect(fault?.message).toContain('has expired on 2020-01-02');
  await until(() => other.failures.length > 0, 'the failure is counted');
  expect(other.failures).toEqual(['expired']);
  expect(other.log.join('')).toContain('the client certificate has expired (CERT_HAS_EXPIRED)');
  const usage = await checkConnection(`127.0.0.1:${other.port}`, clientOf('client-servereku'), 4000);
  expect(usage?.message).toContain('it is not for clients');
  await until(() => other.failures.length > 1, 'the second failure is counted');
  expect(other.failures[1]).toBe('wrong_purpose');
  await other.close();
});

test('no client certificate: an alert for the client, a line for the log', async () => {
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => {
    const socket = connectTls({
      port: server.port,
      host: '127.0.0.1',
      ca: read('fixture-ca.crt'),
      ALPNProtocols: ['h2'],
    });
    socket.on('error', resolve);
    socket.resume();
  });
  expect(error.code).toBe('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED');
  await until(() => server.failures.length > 0, 'the failure is counted');
  expect(server.failures).toEqual(['no_certificate']);
  expect(server.log.join('')).toContain('the client sent no certificate');
});

test('TLS 1.1 is refused with an alert, and named in the log', async () => {
  const socket = connectTls({
    port: server.port,
    host: '127.0.0.1',
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => socket.on('error', resolve));
  expect(error.code).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
  await until(() => server.failures.length > 0, 'the failure is counted');
  expect(server.failures).toEqual(['old_protocol']);
  expect(server.log.join('')).toContain('a TLS version older than 1.2');
});

test('plain HTTP on the TLS port, and what is not TLS at all, are named in the log', async () => {
  await new Promise((resolve) => request({ port: server.port, host: '127.0.0.1' }).on('error', resolve).end());
  await until(() => server.failures.length > 0, 'the failure is counted');
  const socket = connectTcp(server.port, '127.0.0.1');
  socket.on('error', () => {}).end('EHLO example.test\r\n');
  await until(() => server.failures.length > 1, 'the second failure is counted');
  expect(server.failures).toEqual(['plain_http', 'not_tls']);
  expect(server.log[0]).toContain('the client spoke plain HTTP to the TLS port');
});

test("the server's certificate: a wrong name and a wrong authority are told to the client", async () => {
  const name = await checkConnection(`127.0.0.2:${server.port}`, clientOf('good'), 4000);
  // The server listens on 127.0.0.1 alone, so another name of it is asked for.
  expect(name?.code).toBe('refused');
  const other = await openServer(({ file: path }) => ({
    certFile: path('server-othername.crt'),
    keyFile: path('server-othername.key'),
  }));
  const wrong = await checkConnection(`127.0.0.1:${other.port}`, clientOf('client'), 4000);
  expect(wrong).toEqual({
    code: 'server_certificate',
    message: `127.0.0.1:${other.port}: the server's certificate is not for 127.0.0.1, it is for DNS:elsewhere.test`,
  });
  const authority = await checkConnection(`127.0.0.1:${other.port}`, clientOf('client', 'other-ca'), 4000);
  expect(authority?.message).toContain('signed by an authority that is not in --ca-file');
  await other.close();
});

test.each([
  ['nothing listens', '127.0.0.1:1', 'refused', 'connection refused'],
  ['no such host', 'nowhere.invalid:8081', 'no_host', '--endpoints'],
])('%s: the client says what to check', async (_, endpoint, code, text) => {
  // Within its time: otherwise it would be a timeout.
  const fault = await checkConnection(endpoint, clientOf('good'), 4000);
  expect(fault).toMatchObject({ code, message: expect.stringContaining(text) });
});

test('a server that never answers: the client gives up in time', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const fault = await checkConnection(`127.0.0.1:${(silent.address() as AddressInfo).port}`, clientOf('good'), 300);
  expect(fault).toMatchObject({ code: 'timeout', message: expect.stringContaining('no answer within 0.3 seconds') });
  silent.close();
});

/** The server runs in this process, so this one must not wait for OpenSSL. */
function askWithOpenssl(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const common = [
    '-connect',
    `127.0.0.1:${server.port}`,
    '-alpn',
    'h2',
    '-CAfile',
    file('fixture-ca.crt'),
    '-verify_return_error',
  ];
  const child = spawn('openssl', ['s_client', ...common, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdin.on('error', () => {});
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      output[name] += chunk.toString('latin1');
      // It ends when its input does, which must not be before the handshake; one that fails ends by itself.
      if (output.stdout.includes('Verify return code:')) child.stdin.end();
    });
  }
  return new Promise((resolve) => child.once('close', () => resolve(output)));
}

test('openssl s_client: TLS 1.2 and 1.3 with h2 for clients that have a certificate, alerts for others', async () => {
  const identity = ['-cert', file('good.crt'), '-key', file('good.key')];
  for (const version of ['-tls1_2', '-tls1_3']) {
    const { stdout } = await askWithOpenssl(version, ...identity);
    expect(stdout).toContain('ALPN protocol: h2');
    expect(stdout).toContain('Verification: OK');
    expect(stdout).toMatch(/Acceptable client certificate CA names\s+CN = ours/);
  }
  expect((await askWithOpenssl('-tls1_2')).stderr).toContain('alert handshake failure');
  expect((await askWithOpenssl('-tls1_1', '-cipher', 'DEFAULT@SECLEVEL=0')).stderr).toContain('alert protocol version');
});

test('renewed certificate files are in use without a restart, broken ones are not', async () => {
  const other = await openServer({ certificateIntervalMs: 20 });
  const client = openClient(other.port, other.certificates);
  const at = (name: string) => join(other.certificates, name);
  const subjectNow = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const options = { port: other.port, host: '127.0.0.1', ca: readFileSync(at('late-ca.crt')) };
      const identity = {
        cert: readFileSync(at('client.crt')),
        key: readFileSync(at('client.key')),
        rejectUnauthorized: false,
      };
      const socket = connectTls({ ...options, ...identity }, () => {
        resolve(socket.getPeerCertificate().subject.CN);
        socket.destroy();
      }).on('error', reject);
    });
  writeFileSync(at('late-ca.crt'), read('late-ca.crt'));
  expect(await subjectNow()).toBe('localhost');
  await new Promise((resolve) => setTimeout(resolve, 60));
  writeFileSync(at('server.crt'), 'half a certi');
  await until(
    () => other.log.some((line) => line.includes('cannot be used, the old ones stay in use')),
    'the fault is logged',
  );
  expect(await subjectNow()).toBe('localhost');
  const authority = { certificate: read('late-ca.crt'), key: read('late-ca.key') };
  const names = [{ type: 'ip', value: '127.0.0.1' }] as const;
  const renewed = await issueLeaf(authority, {
    usage: 'server',
    commonName: 'renewed',
    alternativeNames: names,
    validity: { from: new Date(), days: 60 },
  });
  writeFileSync(at('server.key'), renewed.key);
  writeFileSync(at('server.crt'), renewed.certificate);
  await until(
    () => other.log.some((line) => line.includes('new certificate files are in use')),
    'the renewal is logged',
  );
  expect(await subjectNow()).toBe('renewed');
  client.close();
  await other.close();
});

test('close() ends although clients keep idle connections open, HTTP/2 and HTTP/1.1', async () => {
  const other = await openServer();
  const client = openClient(other.port, other.certificates);
  expect((await client.call({ rpc: 'Groups/GroupList', request: {} })).code).toBe('OK');
  const agent = new Agent({ keepAlive: true });
  const identity = { ca: read('fixture-ca.crt'), cert: read('client.crt'), key: read('client.key'), agent };
  await new Promise((resolve, reject) => {
    httpsRequest({ port: other.port, host: '127.0.0.1', path: '/', ...identity }, (answer) =>
      answer.resume().on('end', resolve),
    )
      .on('error', reject)
      .end();
  });
  await other.close();
  client.close();
  agent.destroy();
});
