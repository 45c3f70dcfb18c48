import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFolder } from './make-folder.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'matchbox-make-folder-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('makeFolder makes what lacks above it too, with the mode, and says where it began', async () => {
  const folder = join(root, 'a/b/c');
  expect(await makeFolder(folder, 0o700)).toBe(join(root, 'a'));
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(join(root, 'a')).mode & 0o777).toBe(0o700);
  expect(await makeFolder(folder)).toBeUndefined();
  expect(await makeFolder(join(folder, 'd'))).toBe(join(folder, 'd'));
});

test('makeFolder makes a folder for many at once', async () => {
  const folder = join(root, 'many/at/once');
  await Promise.all(Array.from({ length: 20 }, () => makeFolder(folder)));
  expect(existsSync(folder)).toBe(true);
});

test('makeFolder refuses a file in the way, and a link that leads nowhere', async () => {
  writeFileSync(join(root, 'file'), '');
  symlinkSync(join(root, 'nowhere'), join(root, 'link'));
  await expect(makeFolder(join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST', path: join(root, 'file') });
  await expect(makeFolder(join(root, 'file/a'))).rejects.toMatchObject({
    code: 'ENOTDIR',
    path: join(root, 'file/a'),
  });
  await expect(makeFolder(join(root, 'file/a/b/c'))).rejects.toMatchObject({
    code: 'ENOTDIR',
    path: join(root, 'file/a'),
  });
  await expect(makeFolder(join(root, 'link'))).rejects.toMatchObject({ code: 'EEXIST' });
});

test.runIf(existsSync('/proc/self'))('makeFolder ends where the system makes no folders', async () => {
  await expect(makeFolder('/proc/matchbox/a/b')).rejects.toMatchObject({ code: 'ENOENT', path: '/proc/matchbox' });
});
