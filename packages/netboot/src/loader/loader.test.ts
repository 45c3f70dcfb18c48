import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bytesOf } from '../dhcp/sample.contract.ts';
import { LoaderStore } from './store.ts';
import { describeLoaders, findVersion, handsToDisk, isLostLoader, lacksOf } from './table.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loaders-'));
  await mkdir(join(folder, 'first/arm64-efi'), { recursive: true });
  await mkdir(join(folder, 'second'));
  await mkdir(join(folder, 'third/ipxe.efi'), { recursive: true });
  await writeFile(join(folder, 'first/arm64-efi/ipxe.efi'), 'arm iPXE 2.0.1+ (gabcd) rest');
  await writeFile(join(folder, 'first/shim.efi'), 'shim');
  await writeFile(join(folder, 'elsewhere'), 'linked');
  await symlink('../elsewhere', join(folder, 'second/snponly.efi'));
  await writeFile(join(folder, 'second/undionly.kpxe'), 'bios');
  await writeFile(join(folder, 'second/ipxe-i386.efi'), '');
});
afterAll(() => rm(folder, { recursive: true }));

const names = (store: LoaderStore) => Array.from(store.table.byArchitecture, ([code, { name }]) => [code, name]);
const openStore = (extra?: string[]) =>
  LoaderStore.open(
    ['third', 'none', 'first', 'second'].map((each) => join(folder, each)),
    extra,
  );

test('LoaderStore finds for each architecture the best name, in the first folder that has it', async () => {
  const store = await openStore();
  expect(names(store)).toEqual([
    [0, 'undionly.kpxe'],
    [7, 'snponly.efi'],
    [9, 'snponly.efi'],
    [11, 'arm64-efi/ipxe.efi'],
    [16, 'snponly.efi'],
    [19, 'arm64-efi/ipxe.efi'],
  ]);
  expect(store.table.files.has('shim.efi')).toBe(false);
  expect((await openStore(['shim.efi'])).table.files.get('shim.efi')?.bytes).toEqual(bytesOf('shim'));
});

test('describeLoaders says what is there and who gets nothing', async () => {
  const lines = describeLoaders((await openStore()).table);
  expect(lines[0]).toBe(
    `BIOS (0): undionly.kpxe, 4 bytes, sha256 37be46f4b26de340ff5ea1f9f652b3167b6d3dfc087c3ac2aebc51e423e66912, version unknown, from ${folder}/second/undionly.kpxe`,
  );
  expect(lines[3]).toContain('arm64 UEFI (11): arm64-efi/ipxe.efi, 28 bytes, ');
  expect(lines[3]).toContain(', iPXE 2.0.1+, from ');
  expect(lines.at(-1)).toBe(
    'no loader for ia32 UEFI (6), arm32 UEFI (10), arm32 UEFI HTTP (18), riscv64 UEFI (27), riscv64 UEFI HTTP (28), loongarch64 UEFI (39), loongarch64 UEFI HTTP (40): such machines get no boot file',
  );
});

test('LoaderStore reads a loader again that was replaced, added or removed, and nothing else', async () => {
  const store = await openStore();
  const before = store.table;
  expect(await store.refresh()).toBe(false);
  expect(store.table).toBe(before);
  await writeFile(join(folder, 'new'), 'ipxe');
  await rename(join(folder, 'new'), join(folder, 'second/ipxe.efi'));
  expect([await store.refresh(), store.table.byArchitecture.get(7)?.name]).toEqual([true, 'ipxe.efi']);
  expect(store.table.byArchitecture.get(0)).toBe(before.byArchitecture.get(0));
  await rm(join(folder, 'second/ipxe.efi'));
  expect([await store.refresh(), store.table.byArchitecture.get(7)?.name]).toEqual([true, 'snponly.efi']);
});

test.each([
  ['iPXE 1.21.1+git20250501 (g1a2b) -- open source', '1.21.1+git20250501'],
  ['\0iPXE\0 and \x001.0.0+git-20190125.36a4c85-5.1\0', '1.0.0+git-20190125.36a4c85-5.1'],
  ['1.0.0+git-20190125', undefined],
  ['iPXE', undefined],
])('findVersion of %j is %s', (text, version) => {
  expect(findVersion(bytesOf(text))).toBe(version);
});

test.each([
  ['1.0.0+git-20190125.36a4c85-5.1', false],
  ['1.21.1+git-20220113.fbbdc3926-0ubuntu1', false],
  ['1.21.1+git20240304.1', false],
  ['1.21.1+git20240305.1', true],
  ['1.21.1+git20250501.dad20602', true],
  ['2.0.0', true],
  ['1.21.1+ (g1234567)', true],
  [undefined, true],
])('handsToDisk of version %j is %s', (version, hands) => {
  expect(handsToDisk(version)).toBe(hands);
});

test.each([
  ['MZ', '1.0.0+git-20190125.36a4c85-5.1', 3],
  ['MZ', '1.21.1+git-20220113.fbbdc3926-0ubuntu1', 1],
  ['MZ', '1.21.1+git20250501.dad20602', 0],
  ['..', '1.0.0+git-20190125.36a4c85-5.1', 1],
  ['..', '2.0.0', 0],
  ['MZ', undefined, 0],
])('lacksOf a file that begins with %j, version %j, names %i things', (head, version, count) => {
  expect(lacksOf({ bytes: Buffer.from(head), version })).toHaveLength(count);
});

test.each([
  ['MZ', '1.0.0+git-20190125.36a4c85-5.1', true],
  ['MZ', '1.21.1+git-20240329', false],
  ['MZ', undefined, false],
  ['\x1f\x8b', '1.0.0+git-20190125.36a4c85-5.1', false],
])('isLostLoader of a file that begins with %j, version %j, is %s', (head, version, lost) => {
  expect(isLostLoader({ bytes: Buffer.from(head, 'latin1'), version })).toBe(lost);
});

test('isLostLoader of a file that is no loader is false', () => {
  expect(isLostLoader(undefined)).toBe(false);
});
