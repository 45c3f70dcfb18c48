import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseChecksums } from './checksums.ts';
import { runGet } from './get.ts';

const loader = Buffer.from('a loader for UEFI');
const sha256 = createHash('sha256').update(loader).digest('hex');
let work: string;
let base: string;
let requests = 0;

const server = createServer((request, response) => {
  requests++;
  const isThere = request.url === '/x86_64-efi/ipxe.efi' || request.url === '/undionly.kpxe';
  response.writeHead(isThere ? 200 : 404).end(isThere ? loader : 'no such file');
});

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'get-ipxe-'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(work, { recursive: true });
});

async function get(checksums: string | undefined, ...args: string[]) {
  let err = '';
  const folder = await mkdtemp(join(work, 'run-'));
  const file = join(folder, 'SHA256SUMS');
  if (checksums !== undefined) await writeFile(file, checksums);
  const assets = join(folder, 'assets');
  const again = () =>
    runGet(
      [
        'ipxe',
        ...args,
        '--assets-path',
        assets,
        '--base-url',
        base,
        ...(checksums === undefined ? [] : ['--checksums', file]),
      ],
      {
        stdin: (async function* () {})(),
        stdout: { write: () => {}, isTerminal: false },
        stderr: {
          write: (chunk) => {
            err += chunk;
          },
          isTerminal: false,
        },
        env: {},
        workingDirectory: folder,
        signal: new AbortController().signal,
      },
      { attempts: 1, backoffMs: 1, stallTimeoutMs: 2000 },
    );
  const code = await again();
  const there = await readdir(join(assets, 'ipxe')).catch(() => []);
  return { code, err: () => err.replaceAll(file, 'SHA256SUMS'), there, assets, again };
}

test('get ipxe puts each loader that has a checksum where the server looks for it', async () => {
  const { code, there, assets, again, err } = await get(`${sha256}  x86_64-efi/ipxe.efi\n${sha256} *notes.txt\n`);
  expect([code, there, await readFile(join(assets, 'ipxe/ipxe.efi'), 'utf8')]).toEqual([
    0,
    ['ipxe.efi'],
    'a loader for UEFI',
  ]);
  const before = requests;
  expect([await again(), requests - before]).toEqual([0, 0]);
  expect(err()).toContain('already there, verified');
});

test('get ipxe installs nothing that is not what its checksum says', async () => {
  const { code, there, err } = await get(`${'0'.repeat(64)}  undionly.kpxe\n`);
  expect([code, there]).toEqual([1, []]);
  expect(err()).toContain(`undionly.kpxe: SHA-256 is ${sha256}, wanted ${'0'.repeat(64)} (stated by SHA256SUMS)`);
});

test('get ipxe fetches the files that are named', async () => {
  const sums = `${sha256}  x86_64-efi/ipxe.efi\n${sha256}  undionly.kpxe\n`;
  expect((await get(sums, 'undionly.kpxe')).there).toEqual(['undionly.kpxe']);
  const { code, err } = await get(sums, 'shimx64.efi');
  expect([code, err()]).toEqual([
    2,
    'matchbox get: SHA256SUMS has no checksum of "shimx64.efi"; matchbox get -help lists the flags\n',
  ]);
});

test('get ipxe says that it needs checksums, and why', async () => {
  const { code, err } = await get(undefined);
  expect(code).toBe(2);
  expect(err()).toContain('the iPXE project publishes no checksums of its binaries');
});

test('get ipxe says when the site has no such file', async () => {
  const { code, there } = await get(`${sha256}  snponly.efi\n`);
  expect([code, there]).toEqual([1, []]);
});

test('parseChecksums reads what sha256sum prints', () => {
  const digest = 'AB'.repeat(32);
  expect(parseChecksums(`# of today\n${digest}  a/b.efi\r\n\n${digest} *c.kpxe\n`, 'F')).toEqual([
    { path: 'a/b.efi', sha256: 'ab'.repeat(32) },
    { path: 'c.kpxe', sha256: 'ab'.repeat(32) },
  ]);
});

test.each([
  [`${'a'.repeat(63)}  x`],
  [`${'a'.repeat(64)} x`],
  [`${'a'.repeat(64)}  ../x`],
  [`${'a'.repeat(64)}  /x`],
  ['hello'],
])('parseChecksums takes no %j', (line) => {
  expect(() => parseChecksums(line, 'F')).toThrow('is no line of sha256sum');
});
