import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseAlternativeNames } from './alternative-name.ts';
import { certsCommand } from './certs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'matchbox-certs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

let env: Record<string, string> = {};

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const out = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => ({
    isTerminal: false,
    write: (chunk: string | Uint8Array) => {
      out[name] += chunk;
    },
  });
  const code = await certsCommand.run(args, {
    stdin: (async function* () {})(),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    env,
    workingDirectory: folder,
    signal: new AbortController().signal,
  });
  return { code, ...out };
}

const certificate = (name: string) => new X509Certificate(readFileSync(join(folder, `${name}.crt`)));

test('certs init makes three pairs that OpenSSL verifies for their purposes, with keys that only the owner reads', async () => {
  expect((await run('init', '--san', 'DNS:boot.example.test,IP:127.0.0.1')).code).toBe(0);
  const verify = (purpose: string, name: string) =>
    execFileSync('openssl', ['verify', '-x509_strict', '-CAfile', 'ca.crt', '-purpose', purpose, `${name}.crt`], {
      cwd: folder,
      encoding: 'utf8',
    });
  expect(verify('sslserver', 'server')).toBe('server.crt: OK\n');
  expect(verify('sslclient', 'client')).toBe('client.crt: OK\n');
  expect(() => verify('sslserver', 'client')).toThrow();
  expect(certificate('server').subjectAltName).toBe('DNS:boot.example.test, IP Address:127.0.0.1');
  for (const name of ['ca', 'server', 'client']) {
    expect(statSync(join(folder, `${name}.key`)).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, `${name}.crt`)).mode & 0o777).toBe(0o644);
  }
});

test('certs init refuses to overwrite any of its files and then writes none', async () => {
  writeFileSync(join(folder, 'client.key'), 'mine');
  const result = await run('init', '--san', 'DNS:a.test');
  expect(result.code).toBe(1);
  expect(result.stderr).toContain('client.key: already there');
  expect(readFileSync(join(folder, 'client.key'), 'utf8')).toBe('mine');
  expect(() => statSync(join(folder, 'ca.key'))).toThrow();
});

test.each([
  [['init'], 'init needs --san'],
  [['init', '--san', ''], '--san is empty'],
  [['init', '--san', 'IP:1.2.3'], '"IP:1.2.3" is not an IP address'],
  [['init', '--san', 'DNS:https://a.test'], 'is not a DNS name'],
  [['init', '--san', 'a.test', '--days', '0'], '--days is "0"'],
  [['make'], 'unknown command "make"'],
  [['constructor'], 'unknown command "constructor"'],
  [['client', '../x'], 'client needs one NAME'],
  [['renew', 'ca', '--dir', '.'], 'signing needs ca.crt and ca.key'],
])('certs %j says what is wrong', async (args, message) => {
  const result = await run(...args);
  expect(result.code).toBeGreaterThan(0);
  expect(result.stderr).toContain(message);
});

test('certs renew keeps key, subject, names and usage and moves the dates', async () => {
  await run('init', '-san=boot.test,10.0.0.1', '--days', '2');
  const before = certificate('server');
  const result = await run('renew', '--days', '400');
  expect(result.code).toBe(0);
  const after = certificate('server');
  expect(after.subject).toBe(before.subject);
  expect(after.subjectAltName).toBe('DNS:boot.test, IP Address:10.0.0.1');
  expect(after.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(after.publicKey.equals(before.publicKey)).toBe(true);
  expect(after.serialNumber).not.toBe(before.serialNumber);
  expect(new Date(after.validTo).getTime() - new Date(before.validTo).getTime()).toBeGreaterThan(390 * 86_400_000);
  execFileSync('openssl', ['verify', '-x509_strict', '-CAfile', 'ca.crt', 'server.crt', 'client.crt'], { cwd: folder });
});

test('certs renew works with an authority that OpenSSL made, RSA included', async () => {
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'ca.key',
      '-out',
      'ca.crt',
      '-subj',
      '/CN=old',
      '-days',
      '9',
    ],
    { cwd: folder, stdio: 'ignore' },
  );
  expect((await run('client', 'alice', '--read-only', '--days', '900')).code).toBe(0);
  expect(certificate('alice').subject).toBe('OU=read-only\nCN=alice');
  expect(certificate('alice').validTo).toBe(certificate('ca').validTo);
  execFileSync('openssl', ['verify', '-CAfile', 'ca.crt', 'alice.crt'], { cwd: folder });
});

test('certs show tells how long certificates last, and exits 1 for a key that does not belong', async () => {
  await run('init', '--san', 'a.test', '--days', '10');
  const good = await run('show');
  expect(good.code).toBe(0);
  expect(good.stdout).toMatch(/^ca: valid\n {2}subject {4}CN=matchbox CA\n/);
  expect(good.stdout).toContain('server: expires soon\n');
  expect(good.stdout).toMatch(/valid to {3}\S+ \(9 days left\)/);
  writeFileSync(join(folder, 'client.key'), readFileSync(join(folder, 'server.key')));
  const bad = await run('show', 'client');
  expect(bad.code).toBe(1);
  expect(bad.stdout).toContain('DOES NOT BELONG TO IT');
});

test('parseAlternativeNames takes prefixes in any case, bare entries and spaces', () => {
  expect(parseAlternativeNames('dns:a.test, IP.1:10.0.0.1,::1, *.b.test')).toEqual([
    { type: 'dns', value: 'a.test' },
    { type: 'ip', value: '10.0.0.1' },
    { type: 'ip', value: '::1' },
    { type: 'dns', value: '*.b.test' },
  ]);
});

test('certs init --context writes the server and the client certificate into bootcmd’s contexts file', async () => {
  env = { BOOTCMD_CONFIG: join(folder, 'contexts.json') };
  const made = await run('init', '--san', 'IP:::1,DNS:b.test', '--dir', 'one', '--context', 'lab');
  expect(made.code).toBe(0);
  expect(made.stdout).toContain(`bootcmd talks to b.test:8081 from now on: context lab in ${env.BOOTCMD_CONFIG}\n`);
  expect((await run('init', '--san', 'IP:::1', '--dir', 'two', '--context', 'six')).stdout).toContain('[::1]:8081');
  await run('init', '--san', 'DNS:c.test', '--dir', 'three', '--context', 'lab', '--endpoint', 'c.test:9');
  expect(JSON.parse(readFileSync(env.BOOTCMD_CONFIG!, 'utf8'))).toEqual({
    current: 'lab',
    contexts: {
      lab: {
        endpoints: ['c.test:9'],
        ca_file: join(folder, 'three/ca.crt'),
        cert_file: join(folder, 'three/client.crt'),
        key_file: join(folder, 'three/client.key'),
      },
      six: expect.objectContaining({ endpoints: ['[::1]:8081'] }),
    },
  });
  env = {};
  expect((await run('init', '--san', 'DNS:a.test', '--dir', 'four', '--context', 'x')).stderr).toContain(
    'set BOOTCMD_CONFIG',
  );
  expect((await run('init', '--san', 'DNS:a.test', '--endpoint', 'a:1')).code).toBe(2);
});
