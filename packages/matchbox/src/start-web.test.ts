import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from './log/log.ts';
import { noMetrics } from './log/metrics.ts';
import { type RunningServer, start } from './start.ts';
import type { WebTlsOptions } from './start-web.ts';

const fixtures = fileURLToPath(new URL('../../../golden/matchbox/_fixtures/certs/', import.meta.url));
let folder: string;
let server: RunningServer | undefined;
let log: string[];
let ends: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'matchbox-web-'));
  for (const kind of ['groups', 'profiles']) mkdirSync(join(folder, kind));
  log = [];
  ends = [];
});
afterEach(async () => {
  await server?.close(0);
  server = undefined;
  rmSync(folder, { recursive: true });
});

async function startHere(web: Partial<WebTlsOptions>, address = '127.0.0.1:0'): Promise<RunningServer> {
  const logger = createLogger({ level: 'info', format: 'text', sink: (line) => log.push(line) });
  const metrics = {
    ...noMetrics,
    certificateLoaded: (name: string, validTo: Date) => void ends.push(`${name} ${validTo.getUTCFullYear()}`),
  };
  const files = { certFile: `${fixtures}server.crt`, keyFile: `${fixtures}server.key` };
  server = await start({
    address,
    dataPath: folder,
    assetsPath: '',
    logger,
    metrics,
    web: { ...files, certificateIntervalMs: 20, ...web },
  });
  return server;
}

/** @returns body and key type of the certificate */
function getTls(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/boot.ipxe', rejectUnauthorized: false, agent: false }, (answer) => {
      const socket = answer.socket as import('node:tls').TLSSocket;
      const key = socket.getPeerCertificate().asn1Curve === undefined ? 'RSA' : 'ECDSA';
      answer.setEncoding('utf8').on('data', (text: string) => resolve(`${key} ${text.split('\n')[0]}`));
    }).on('error', reject);
  });
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(condition(), log.join('')).toBe(true);
}

test('start serves HTTPS on the main address, as upstream does', async () => {
  const { addresses } = await startHere({});
  expect(await getTls(addresses.http.port)).toBe('ECDSA #!ipxe');
  expect(addresses.https).toBeUndefined();
  expect(log.join('')).toMatch(
    /Starting matchbox HTTPS server on 127[\s\S]*Using SSL server certificate[\s\S]*server key/,
  );
  expect(ends).toEqual([expect.stringMatching(/^https 2\d{3}$/)]);
});

test('start serves HTTP and HTTPS at once on two addresses, with the same answers', async () => {
  const { addresses } = await startHere({ address: '127.0.0.1:0' });
  const plain = await (await fetch(`http://127.0.0.1:${addresses.http.port}/boot.ipxe`)).text();
  expect(await getTls(addresses.https!.port)).toBe(`ECDSA ${plain.split('\n')[0]}`);
  expect(log.join('')).toMatch(/Starting matchbox HTTP server on 127[\s\S]*Starting matchbox HTTPS server on 127/);
});

test('start uses renewed files without a restart, and keeps the old ones while the new ones are broken', async () => {
  const at = { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
  const put = (name: string) => {
    for (const [suffix, file] of Object.entries({ crt: at.certFile, key: at.keyFile })) {
      cpSync(`${fixtures}${name}.${suffix}`, `${file}.new`);
      renameSync(`${file}.new`, file);
    }
  };
  put('server');
  const { addresses } = await startHere({ ...at, address: '127.0.0.1:0' });
  writeFileSync(at.certFile, '-----BEGIN CERTIFICATE-----\nhalf');
  await until(() => log.some((line) => line.includes('cannot be used, the old ones stay in use: tls: failed to find')));
  expect(await getTls(addresses.https!.port)).toBe('ECDSA #!ipxe');
  put('server-rsa');
  await until(() => log.some((line) => line.includes('HTTPS: new certificate files are in use')));
  expect(await getTls(addresses.https!.port)).toBe('RSA #!ipxe');
  expect(log.filter((line) => line.includes('cannot be used'))).toHaveLength(1);
  expect(ends).toHaveLength(2);
});

test.each<[string, Partial<WebTlsOptions>, string]>([
  [
    'a certificate that is not there',
    { certFile: '/nowhere/a.crt' },
    'Provide a valid SSL server certificate with -web-cert-file: stat /nowhere/a.crt: no such file or directory',
  ],
  [
    'a key that is not there',
    { keyFile: '/nowhere/a.key' },
    'Provide a valid SSL server key with -web-key-file: stat /nowhere/a.key: no such file or directory',
  ],
  [
    'a key of another certificate',
    { keyFile: `${fixtures}client.key` },
    'failed to start listening: tls: private key does not match public key',
  ],
  [
    'a key of another type',
    { keyFile: `${fixtures}server-rsa.key` },
    'failed to start listening: tls: private key type does not match public key type',
  ],
  ['a folder', { certFile: fixtures }, `failed to start listening: cannot read ${fixtures}: is a directory`],
  [
    'files in each other’s place',
    { certFile: `${fixtures}server.key`, keyFile: `${fixtures}server.crt` },
    'failed to start listening: tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
  ],
  [
    'an address that is none',
    { address: 'x' },
    'failed to start listening: listen tcp: address x: missing port in address',
  ],
])('start refuses %s', async (_, web, message) => {
  await expect(startHere(web)).rejects.toMatchObject({ name: 'StartError', message });
});

test('start refuses one address for both, and one that is taken', async () => {
  const { addresses } = await startHere({});
  const taken = `127.0.0.1:${addresses.http.port}`;
  const first = server;
  await expect(startHere({ address: taken }, taken)).rejects.toThrow(
    `-address and -web-ssl-address are both ${taken}: HTTP and HTTPS need an address each`,
  );
  await expect(startHere({ address: taken })).rejects.toThrow(
    `failed to start listening: listen tcp ${taken}: bind: address already in use`,
  );
  server = first;
});
