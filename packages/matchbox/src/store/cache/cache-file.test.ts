import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type CacheContent, readCache, writeCache } from './cache-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'matchbox-cache-'));
const path = join(folder, 'cache');
afterEach(() => rmSync(path, { recursive: true, force: true }));

const content: CacheContent = {
  store: 'postgres://db/m',
  position: { epoch: 'e', revision: 7 },
  files: [
    { kind: 'groups', name: 'a.json', bytes: Buffer.from('{"id":"a"}') },
    { kind: 'generic', name: 'line\nfeed', bytes: Buffer.from('\0\n\xff', 'latin1') },
    { kind: 'cloud', name: 'empty', bytes: new Uint8Array() },
  ],
};

test('writeCache and readCache bring every byte back, in a file of the owner alone', async () => {
  await writeCache(path, content);
  const { files, ...rest } = await readCache(path, 'postgres://db/m');
  expect(rest).toEqual({ store: 'postgres://db/m', position: { epoch: 'e', revision: 7 } });
  expect(files.map(({ kind, name, bytes }) => [kind, name, Buffer.from(bytes).toString('latin1')])).toEqual([
    ['groups', 'a.json', '{"id":"a"}'],
    ['generic', 'line\nfeed', '\0\n\xff'],
    ['cloud', 'empty', ''],
  ]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('readCache takes nothing of a file that was cut off anywhere', async () => {
  await writeCache(path, content);
  const whole = readFileSync(path);
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(path, whole.subarray(0, length));
    await expect(readCache(path, 'postgres://db/m'), `${length} bytes`).rejects.toMatchObject({ code: 'unusable' });
  }
});

test('readCache takes nothing of a file with one wrong bit anywhere', async () => {
  await writeCache(path, content);
  const whole = readFileSync(path);
  for (let at = 0; at < whole.length; at++) {
    const changed = Buffer.from(whole);
    changed[at]! ^= 1;
    writeFileSync(path, changed);
    await expect(readCache(path, 'postgres://db/m'), `byte ${at}`).rejects.toMatchObject({ code: 'unusable' });
  }
});

test.each([
  ['', /it is no cache of a store/],
  ['matchbox store cache 2\n', /one of another version/],
])('readCache says why it does not use %j', async (text, reason) => {
  writeFileSync(path, text);
  await expect(readCache(path, 'x')).rejects.toThrow(reason);
});

test('readCache refuses the cache of another store, and says of which', async () => {
  await writeCache(path, content);
  await expect(readCache(path, 'postgres://other/m')).rejects.toThrow(
    `${path} is not used: it is of postgres://db/m, the store is postgres://other/m; remove it, a new one is written once the store is there`,
  );
});

test('readCache tells a file that is not there from one that cannot be used', async () => {
  await expect(readCache(path, 'x')).rejects.toMatchObject({ code: 'absent' });
  await expect(readCache(folder, 'x')).rejects.toMatchObject({ code: 'unusable' });
});

test('writeCache leaves the file as it was when the next one cannot be written, and nothing beside it', async () => {
  await writeCache(path, content);
  const before = readFileSync(path);
  const endless = { ...content, files: [{ kind: 'generic', name: 'x', bytes: { length: 2 ** 40 } as Uint8Array }] };
  await expect(writeCache(path, endless as CacheContent)).rejects.toMatchObject({ code: 'not_written' });
  const broken = { ...content, files: [{ kind: 'generic', name: 'x', bytes: { length: 5 } as Uint8Array }] };
  await expect(writeCache(path, broken as CacheContent)).rejects.toMatchObject({ code: 'not_written' });
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(readdirSync(folder)).toEqual(['cache']);
});
