import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeAsset } from './open.ts';
import { serveAsset } from './serve.ts';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'matchbox-assets-'));
  writeFileSync(join(root, 'kernel'), 'k'.repeat(100));
  mkdirSync(join(root, 'sub'));
  writeFileSync(join(root, 'sub', 'index.html'), '<p>');
  execFileSync('mkfifo', [join(root, 'pipe'), join(root, 'sub', 'pipe')]);
  symlinkSync('/dev/zero', join(root, 'zero'));
});

afterAll(() => rmSync(root, { recursive: true }));

function ask(path: string, method = 'GET', rawQuery = '') {
  return serveAsset(root, { method, path, rawQuery, headers: {} });
}

test('serveAsset hands out an open file for GET and nothing for HEAD', async () => {
  const { status, headers, body } = await ask('/kernel');
  expect([status, headers['Content-Length'], 'fd' in body && body.length]).toEqual([200, '100', 100]);
  if ('fd' in body) await closeAsset(body);
  const head = await ask('/kernel', 'HEAD');
  expect([head.status, head.headers['Content-Length'], head.body]).toEqual([200, '100', new Uint8Array(0)]);
});

test.each([
  ['/pipe', 'FIFO'],
  ['/zero', 'device'],
])('serveAsset never opens %s, a %s, and names it', async (path, kind) => {
  const { status, note } = await ask(path);
  expect([status, note]).toEqual([404, `${path}: a ${kind} is never opened`]);
});

test('serveAsset redirects with the query, and a line break cannot leave the header', async () => {
  expect((await ask('/sub', 'GET', 'a=1')).headers.Location).toBe('sub/?a=1');
  mkdirSync(join(root, 'line\nbreak'), { recursive: true });
  expect((await ask('/line\nbreak')).headers.Location).toBe('line break/');
});

test('serveAsset serves the index of a directory and its listing without one', async () => {
  const index = await ask('/sub/');
  expect(index.headers['Content-Length']).toBe('3');
  if ('fd' in index.body) await closeAsset(index.body);
  const listing = await ask('/');
  expect(listing.headers['Content-Type']).toBe('text/html; charset=utf-8');
});
