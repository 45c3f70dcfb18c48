import { expect, test } from 'vitest';
import { limits } from '../../limits/limits.ts';
import { KeptFiles, type State } from './kept-files.ts';

const nowMs = 1_000_000;

function state(size: number, changes: Partial<State> = {}): State {
  return { dev: 1, ino: 7, size, mtimeMs: 5000.25, ctimeMs: 6000.5, ...changes };
}

function keep(files: KeptFiles, path: string, of: State) {
  return files.keep(path, of, () => Promise.resolve(new Uint8Array(of.size)));
}

test('KeptFiles lends a file as long as it is the same one', async () => {
  const files = new KeptFiles(undefined, () => nowMs);
  (await keep(files, '/a', state(10)))?.release();
  expect(files.find('/a', state(10))?.bytes.length).toBe(10);
  expect(files.find('/b', state(10))).toBeUndefined();
  for (const changed of [{ ino: 8 }, { dev: 2 }, { mtimeMs: 5000.5 }, { ctimeMs: 6000.75 }, { size: 11 }]) {
    (await keep(files, '/a', state(10)))?.release();
    expect(files.find('/a', state(10, changed))).toBeUndefined();
    expect(files.has('/a')).toBe(false);
  }
});

test('KeptFiles keeps nothing that has just changed, is large, or was shorter than it should be', async () => {
  const files = new KeptFiles(undefined, () => nowMs);
  expect(await keep(files, '/young', state(10, { mtimeMs: nowMs - 1999 }))).toBeUndefined();
  expect(await keep(files, '/renamed', state(10, { ctimeMs: nowMs - 1999 }))).toBeUndefined();
  expect(await keep(files, '/large', state(limits.keptAssetBytes + 1))).toBeUndefined();
  expect(await files.keep('/cut', state(10), () => Promise.resolve(undefined))).toBeUndefined();
  await expect(files.keep('/bad', state(10), () => Promise.reject(new Error('EIO')))).rejects.toThrow('EIO');
  expect(files.bytes).toBe(0);
  expect(await keep(files, '/old', state(10, { mtimeMs: nowMs - 2001 }))).toBeDefined();
});

test('KeptFiles is bounded, forgets first what was not asked for longest, and counts what is still being sent', async () => {
  const files = new KeptFiles(3000, () => nowMs);
  for (const path of ['/a', '/b', '/c']) (await keep(files, path, state(400)))?.release();
  files.find('/a', state(400))?.release();
  (await keep(files, '/d', state(400)))?.release();
  expect(['/a', '/b', '/c', '/d'].map((path) => files.has(path))).toEqual([true, false, true, true]);
  expect(files.bytes).toBe(3 * (400 + 2 + 512));

  const lent = ['/a', '/c', '/d'].map((path) => files.find(path, state(400))!);
  expect(await keep(files, '/e', state(400))).toBeUndefined();
  expect(files.find('/a', state(400, { ino: 9 }))).toBeUndefined();
  expect(await keep(files, '/e', state(400))).toBeUndefined();
  lent[0]!.release();
  lent[0]!.release();
  expect(files.bytes).toBe(2 * (400 + 2 + 512));
  expect(await keep(files, '/e', state(400))).toBeDefined();
});

test('KeptFiles has one copy of a file that two ask for at once', async () => {
  const files = new KeptFiles(undefined, () => nowMs);
  const both = await Promise.all([keep(files, '/a', state(10)), keep(files, '/a', state(10))]);
  expect(files.bytes).toBe(2 * (10 + 2 + 512));
  for (const lent of both) lent?.release();
  expect(files.bytes).toBe(10 + 2 + 512);
});
