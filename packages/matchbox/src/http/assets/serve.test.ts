import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeBody, isFileBody } from './file-body.ts';
import { KeptFiles } from './kept-files.ts';
import { type AssetResponse, serveAsset } from './serve.ts';

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
  if (isFileBody(body)) await closeBody(body);
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
  if (isFileBody(index.body)) await closeBody(index.body);
  const listing = await ask('/');
  expect(listing.headers['Content-Type']).toBe('text/html; charset=utf-8');
});

/** What a client gets, and where it came from. */
async function receive({ status, headers, body }: AssetResponse) {
  const length = headers['Content-Length'];
  if (!isFileBody(body)) return { status, length, text: Buffer.from(body).toString(), from: 'none' };
  const { start, length: bytes } = body;
  const text = 'bytes' in body ? Buffer.from(body.bytes.subarray(start, start + bytes)).toString() : undefined;
  await closeBody(body);
  return { status, length, text, from: 'bytes' in body ? 'memory' : 'disk' };
}

test('serveAsset sends a small file that has settled from memory, as it is on the disk now', async () => {
  let nowMs = Date.now();
  const keptFiles = new KeptFiles(undefined, () => nowMs);
  const path = join(root, 'initrd');
  const get = async (headers: Record<string, string> = {}, method = 'GET') =>
    receive(await serveAsset(root, { method, path: '/initrd', rawQuery: '', headers }, keptFiles));

  writeFileSync(path, 'first');
  expect(await get()).toMatchObject({ status: 200, from: 'disk' });
  // What makes it young is the change of its state, which no program can set back.
  nowMs += 60_000;
  expect(await get({ range: 'bytes=1-2' })).toMatchObject({ status: 206, from: 'disk' });
  expect(await get()).toEqual({ status: 200, length: '5', text: 'first', from: 'memory' });
  expect(await get({ range: 'bytes=1-2' })).toEqual({ status: 206, length: '2', text: 'ir', from: 'memory' });
  expect(await get({}, 'HEAD')).toEqual({ status: 200, length: '5', text: '', from: 'none' });
  expect(await get({ range: 'bytes=9-' })).toMatchObject({ status: 416, from: 'none' });
  expect(keptFiles.bytes).toBe(5 + '/initrd'.length + 512);

  // The same size and time of change: only the file's state tells.
  utimesSync(path, 1, 1);
  writeFileSync(path, 'other');
  utimesSync(path, 1, 1);
  nowMs = Date.now();
  expect(await get()).toMatchObject({ status: 200, length: '5', from: 'disk' });
  expect(keptFiles.bytes).toBe(0);
  unlinkSync(path);
  expect((await get()).status).toBe(404);
});
