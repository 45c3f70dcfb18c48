import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { listAssets } from './asset-list.ts';

const folder = mkdtempSync(join(tmpdir(), 'matchbox-assets-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('listAssets lists files by path, links to files, and no folders, broken links or circles', async () => {
  mkdirSync(join(folder, 'flatcar'));
  writeFileSync(join(folder, 'flatcar/vmlinuz'), 'kernel');
  writeFileSync(join(folder, 'a'), '');
  symlinkSync('flatcar/vmlinuz', join(folder, 'link'));
  symlinkSync('nowhere', join(folder, 'broken'));
  symlinkSync('.', join(folder, 'circle'));
  const { assets, more, fault } = await listAssets(folder);
  expect(assets.map(({ path, sizeBytes }) => [path, sizeBytes])).toEqual([
    ['/assets/a', 0n],
    ['/assets/flatcar/vmlinuz', 6n],
    ['/assets/link', 6n],
  ]);
  expect([more, fault]).toEqual([false, '']);
});

test('listAssets says why there are none', async () => {
  expect((await listAssets('')).fault).toBe('No assets are served: -assets-path is empty.');
  expect((await listAssets(join(folder, 'nothing'))).fault).toContain('ENOENT');
});
