import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Kind } from '../data/kind.ts';
import { type Change, type Store, StoreError } from '../data/store.ts';
import { openFileStore } from './file.ts';
import { describeStore } from './store.contract.ts';

describeStore('openFileStore', {
  isShared: false,
  create: async () => {
    const path = mkdtempSync(join(tmpdir(), 'matchbox-store-'));
    return { open: () => openFileStore(path), dispose: async () => rmSync(path, { recursive: true }) };
  },
});

async function inFolder(body: (path: string) => Promise<void>): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), 'matchbox-store-'));
  try {
    await body(path);
  } finally {
    rmSync(path, { recursive: true });
  }
}

const put = (kind: Kind, name: string, content = '{}') => ({ kind, name, bytes: new TextEncoder().encode(content) });
const commit = (store: Store, ...changes: readonly Change[]) => store.commit(changes, 'id');

async function namesIn(path: string): Promise<string[]> {
  const { files } = await openFileStore(path).load();
  return files.map(({ kind, name }) => `${kind}/${name}`).sort();
}

test('openFileStore lets others have their turn between the files that it loads', () =>
  inFolder(async (path) => {
    const count = 2_000;
    mkdirSync(join(path, 'groups'));
    for (let i = 0; i < count; i++) writeFileSync(join(path, `groups/n${i}.json`), '{}');
    // Files that were just written are read another way.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    let clock = 0;
    // Every look at the clock finds that the slice is over.
    const now = vi.spyOn(performance, 'now').mockImplementation(() => (clock += 1000));
    let turns = 0;
    let next: NodeJS.Immediate;
    const tick = () => {
      turns++;
      next = setImmediate(tick);
    };
    next = setImmediate(tick);
    try {
      const { files } = await openFileStore(path).load();
      expect(files.length).toBe(count);
    } finally {
      clearImmediate(next!);
      now.mockRestore();
      vi.useRealTimers();
    }
    // Sixteen at a time: once while they are read, once while they are taken in.
    expect(turns).toBeGreaterThan((2 * count) / 16);
  }));

test('openFileStore never opens a FIFO and says so', () =>
  inFolder(async (path) => {
    mkdirSync(join(path, 'groups'));
    execFileSync('mkfifo', [join(path, 'groups/pipe.json')]);
    const { files } = await openFileStore(path).load();
    expect(files).toMatchObject([
      {
        name: 'pipe.json',
        content: { code: 'not_a_file', message: `open ${path}/groups/pipe.json: is a FIFO, not a file` },
      },
    ]);
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
    const { files } = await openFileStore(path).load();
    const found = files.map(({ name, content }) => [name, content instanceof StoreError ? content.code : 'read']);
    expect(found.sort()).toEqual([
      ['dangling.json', 'unreadable'],
      ['folder/x.json', 'read'],
      ['linked.json', 'read'],
      ['loop.json', 'unreadable'],
    ]);
  }));

test('openFileStore reads a ConfigMap: links into a hidden folder, which is not listed itself', () =>
  inFolder(async (path) => {
    mkdirSync(join(path, 'groups/..2026_1'), { recursive: true });
    writeFileSync(join(path, 'groups/..2026_1/a.json'), '{}');
    symlinkSync('..2026_1', join(path, 'groups/..data'));
    symlinkSync('..data/a.json', join(path, 'groups/a.json'));
    expect(await namesIn(path)).toEqual(['groups/a.json']);
  }));

test('openFileStore looks into no folder whose name begins with a dot, nor into the ninth below each other', () =>
  inFolder(async (path) => {
    for (const folder of ['generic/.git/info', 'generic/a/a/a/a/a/a/a/a/a'])
      mkdirSync(join(path, folder), { recursive: true });
    for (const file of [
      '.git/config',
      '.git/info/exclude',
      '.hidden',
      'a/a/a/a/a/a/a/a/in',
      'a/a/a/a/a/a/a/a/a/out',
      'x.1-1.matchbox-tmp',
    ]) {
      writeFileSync(join(path, 'generic', file), 'x');
    }
    expect(await namesIn(path)).toEqual(['generic/.hidden', 'generic/a/a/a/a/a/a/a/a/in']);
  }));

test('openFileStore writes files with mode 0644 and leaves nothing else behind', () =>
  inFolder(async (path) => {
    await commit(openFileStore(path), put('groups', 'sub/a.json'));
    expect(readdirSync(join(path, 'groups/sub'))).toEqual(['a.json']);
    expect(statSync(join(path, 'groups/sub/a.json')).mode & 0o777).toBe(0o644);
  }));

test('openFileStore leaves the mode of a file as it is', () =>
  inFolder(async (path) => {
    mkdirSync(join(path, 'generic'));
    writeFileSync(join(path, 'generic/secret'), 'old', { mode: 0o600 });
    await commit(openFileStore(path), put('generic', 'secret', 'new'));
    expect(statSync(join(path, 'generic/secret')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(path, 'generic/secret'), 'utf8')).toBe('new');
  }));

test('openFileStore writes what a link leads to, and leaves the link', () =>
  inFolder(async (path) => {
    for (const folder of ['generic', 'elsewhere']) mkdirSync(join(path, folder));
    writeFileSync(join(path, 'elsewhere/file'), 'old');
    symlinkSync('../elsewhere/file', join(path, 'generic/linked'));
    symlinkSync('linked', join(path, 'generic/twice'));
    symlinkSync('../elsewhere/made', join(path, 'generic/dangling'));
    symlinkSync('round', join(path, 'generic/round'));
    const store = openFileStore(path);
    await commit(store, put('generic', 'twice', 'new'), put('generic', 'dangling', 'made'));
    expect(readFileSync(join(path, 'elsewhere/file'), 'utf8')).toBe('new');
    expect(readFileSync(join(path, 'elsewhere/made'), 'utf8')).toBe('made');
    expect(readlinkSync(join(path, 'generic/twice'))).toBe('linked');
    await expect(commit(store, put('generic', 'round', 'x'))).rejects.toMatchObject({
      code: 'write_failed',
      message: `open ${path}/generic/round: too many levels of symbolic links`,
    });
    await commit(store, { kind: 'generic', name: 'twice', bytes: undefined });
    expect(readdirSync(join(path, 'elsewhere'))).toEqual(['file', 'made']);
    expect(readdirSync(join(path, 'generic'))).toEqual(['dangling', 'linked', 'round']);
  }));

test('openFileStore writes nothing to a folder that is reached in a circle, since it is not listed', () =>
  inFolder(async (path) => {
    mkdirSync(join(path, 'groups'));
    symlinkSync('.', join(path, 'groups/self'));
    await expect(commit(openFileStore(path), put('groups', 'self/a.json'))).rejects.toMatchObject({
      code: 'bad_name',
      message: `open ${path}/groups/self/a.json: goes round in a circle of links`,
    });
    expect(readdirSync(join(path, 'groups'))).toEqual(['self']);
  }));

test('openFileStore says in the words of Go why a write or removal fails, and keeps what was there', () =>
  inFolder(async (path) => {
    const store = openFileStore(path);
    await commit(store, put('ignition', 'folder/x'));
    await expect(commit(store, put('ignition', 'folder'))).rejects.toMatchObject({
      code: 'write_failed',
      message: `open ${path}/ignition/folder: is a directory`,
    });
    await expect(commit(store, { kind: 'ignition', name: 'folder', bytes: undefined })).rejects.toMatchObject({
      code: 'write_failed',
      message: `remove ${path}/ignition/folder: directory not empty`,
    });
    await expect(commit(store, put('ignition', 'folder/x/y'))).rejects.toMatchObject({
      code: 'write_failed',
      message: `mkdir ${path}/ignition/folder/x: not a directory`,
    });
    expect(await namesIn(path)).toEqual(['ignition/folder/x']);
  }));

test('openFileStore says that a folder is missing, also when a file is in its place', () =>
  inFolder(async (path) => {
    writeFileSync(join(path, 'profiles'), 'a file');
    const { faults } = await openFileStore(path).load();
    expect(faults.get('groups')).toMatchObject({
      code: 'not_found',
      message: `open ${path}/groups: no such file or directory`,
    });
    expect(faults.get('profiles')).toMatchObject({ code: 'not_found' });
  }));

test('openFileStore does not let a file grow under its hands: it reads all of it, or nothing', () =>
  inFolder(async (path) => {
    mkdirSync(join(path, 'generic'));
    const sizes = [0, 1, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 300_000];
    for (const size of sizes) writeFileSync(join(path, `generic/${size}`), 'x'.repeat(size));
    const { files } = await openFileStore(path).load();
    const lengths = files.map(({ name, content }) => [Number(name), content instanceof Uint8Array && content.length]);
    expect(lengths.sort(([a], [b]) => Number(a) - Number(b))).toEqual(sizes.map((size) => [size, size]));
  }));

test('openFileStore makes many changes at once: those of one file in their order, each told once, several as one alone', () =>
  inFolder(async (path) => {
    const store = openFileStore(path);
    const { position } = await store.load();
    const told: string[] = [];
    const revisions: number[] = [];
    const following = store.follow(
      position,
      {
        changes: ({ revision }, changes) => {
          revisions.push(revision);
          told.push(
            changes.map(({ name, content }) => `${name}=${content ? Buffer.from(content as Uint8Array) : ''}`).join(),
          );
        },
        faults: () => {},
        state: () => {},
        reset: () => {},
      },
      { passive: true },
    );
    const writes: Promise<unknown>[] = [];
    for (let i = 0; i < 60; i++) writes.push(commit(store, put('groups', `${i % 10}.json`, `"${i}"`)));
    writes.push(commit(store, put('groups', '3.json', '"a"'), put('groups', '4.json', '"b"')));
    writes.push(commit(store, put('groups', '4.json', '"c"')));
    await Promise.all(writes);
    const orderOf = (name: string) =>
      told.flatMap((each) => each.split(',')).filter((each) => each.startsWith(`${name}=`));
    for (let name = 0; name < 10; name++) {
      const expected = [0, 1, 2, 3, 4, 5].map((round) => `${name}.json="${round * 10 + name}"`);
      if (name === 3) expected.push('3.json="a"');
      if (name === 4) expected.push('4.json="b"', '4.json="c"');
      expect(orderOf(`${name}.json`)).toEqual(expected);
      expect(`${name}.json=${readFileSync(join(path, 'groups', `${name}.json`), 'utf8')}`).toBe(expected.at(-1));
    }
    expect(told).toContain('3.json="a",4.json="b"');
    expect(revisions).toEqual([...revisions.keys()].map((each) => position.revision + 1 + each));
    await following.close();
  }));
