import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openFileStore } from './file.ts';
import { describeStore } from './store.contract.ts';

describeStore('openFileStore', async () => {
  const path = mkdtempSync(join(tmpdir(), 'matchbox-store-'));
  return { store: openFileStore(path), dispose: async () => rmSync(path, { recursive: true }) };
});

async function inFolder(body: (path: string) => Promise<void>): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), 'matchbox-store-'));
  try {
    await body(path);
  } finally {
    rmSync(path, { recursive: true });
  }
}

test('openFileStore never opens a FIFO and says so', () =>
  inFolder(async (path) => {
    mkdirSync(join(path, 'groups'));
    execFileSync('mkfifo', [join(path, 'groups/pipe.json')]);
    const store = openFileStore(path);
    const [entry] = await store.list('groups');
    expect(entry?.fault?.message).toBe(`open ${path}/groups/pipe.json: is a FIFO, not a file`);
    await expect(store.read('groups', 'pipe.json')).rejects.toMatchObject({ code: 'not_a_file' });
  }));

test('openFileStore names a link to nowhere and a link to itself, and follows links to files and folders', () =>
  inFolder(async (path) => {
    mkdirSync(join(path, 'groups'));
    mkdirSync(join(path, 'elsewhere/sub'), { recursive: true });
    writeFileSync(join(path, 'elsewhere/sub/x.json'), '{}');
    symlinkSync('nowhere.json', join(path, 'groups/dangling.json'));
    symlinkSync('loop.json', join(path, 'groups/loop.json'));
    symlinkSync('../elsewhere/sub/x.json', join(path, 'groups/linked.json'));
    symlinkSync('../elsewhere/sub', join(path, 'groups/folder'));
    symlinkSync('.', join(path, 'groups/self'));
    const entries = await openFileStore(path).list('groups');
    expect(entries.map(({ name, fault }) => [name, fault?.code])).toEqual([
      ['dangling.json', 'unreadable'],
      ['folder/x.json', undefined],
      ['linked.json', undefined],
      ['loop.json', 'unreadable'],
    ]);
  }));

test('openFileStore reads a ConfigMap: links into a hidden folder, which is not listed itself', () =>
  inFolder(async (path) => {
    mkdirSync(join(path, 'groups/..2026_1'), { recursive: true });
    writeFileSync(join(path, 'groups/..2026_1/a.json'), '{}');
    symlinkSync('..2026_1', join(path, 'groups/..data'));
    symlinkSync('..data/a.json', join(path, 'groups/a.json'));
    expect((await openFileStore(path).list('groups')).map(({ name }) => name)).toEqual(['a.json']);
  }));

test('openFileStore writes files with mode 0644 and leaves nothing else behind', () =>
  inFolder(async (path) => {
    await openFileStore(path).write('groups', 'sub/a.json', new Uint8Array(3));
    expect(readdirSync(join(path, 'groups/sub'))).toEqual(['a.json']);
    expect(statSync(join(path, 'groups/sub/a.json')).mode & 0o777).toBe(0o644);
  }));

test('openFileStore says in the words of Go why a write or removal fails, and keeps what was there', () =>
  inFolder(async (path) => {
    const store = openFileStore(path);
    await store.write('ignition', 'folder/x', new Uint8Array(1));
    await expect(store.write('ignition', 'folder', new Uint8Array(1))).rejects.toMatchObject({
      code: 'write_failed',
      message: `open ${path}/ignition/folder: is a directory`,
    });
    await expect(store.remove('ignition', 'folder')).rejects.toMatchObject({
      code: 'write_failed',
      message: `remove ${path}/ignition/folder: directory not empty`,
    });
    const long = 'n'.repeat(300);
    await expect(store.write('ignition', long, new Uint8Array(1))).rejects.toMatchObject({
      message: `open ${path}/ignition/${long}: file name too long`,
    });
    expect(await store.read('ignition', 'folder/x')).toHaveLength(1);
  }));

test('openFileStore says that a folder is missing, also when a file is in its place', () =>
  inFolder(async (path) => {
    const store = openFileStore(path);
    await expect(store.list('groups')).rejects.toMatchObject({
      code: 'not_found',
      message: `open ${path}/groups: no such file or directory`,
    });
    writeFileSync(join(path, 'profiles'), 'a file');
    await expect(store.list('profiles')).rejects.toMatchObject({ code: 'not_found' });
  }));
