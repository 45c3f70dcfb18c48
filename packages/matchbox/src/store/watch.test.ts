import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Catalog, openCatalog } from '../data/catalog.ts';
import { openFileStore } from './file.ts';

const group = (id: string) => JSON.stringify({ id, profile: 'p', selector: { id } });

/** A change is promised to be in force within a second; a loaded machine may take a little longer. */
const inForce = { interval: 20 };

async function watched(body: (path: string, ids: () => string[], catalog: Catalog) => Promise<void>): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), 'matchbox-watch-'));
  mkdirSync(join(path, 'groups'));
  writeFileSync(join(path, 'groups/a.json'), group('a'));
  const catalog = await openCatalog(openFileStore(path));
  try {
    await body(path, () => catalog.snapshot.groups.map(({ value }) => value!.id), catalog);
  } finally {
    await catalog.close();
    rmSync(path, { recursive: true });
  }
}

test('a catalog takes in new, changed, renamed-over and deleted files', () =>
  watched(async (path, ids) => {
    writeFileSync(join(path, 'groups/b.json'), group('b'));
    await expect.poll(ids, inForce).toEqual(['a', 'b']);
    writeFileSync(join(path, 'groups/b.json.swp'), group('b2'));
    renameSync(join(path, 'groups/b.json.swp'), join(path, 'groups/b.json'));
    await expect.poll(ids, inForce).toEqual(['a', 'b2']);
    writeFileSync(join(path, 'groups/a.json'), group('A'));
    await expect.poll(ids, inForce).toEqual(['A', 'b2']);
    unlinkSync(join(path, 'groups/a.json'));
    await expect.poll(ids, inForce).toEqual(['b2']);
  }));

test('a catalog follows a ConfigMap when its link is swapped', () =>
  watched(async (path, ids) => {
    const groups = join(path, 'groups');
    for (const version of ['1', '2']) {
      mkdirSync(join(groups, `..v${version}`));
      writeFileSync(join(groups, `..v${version}/m.json`), group(`m${version}`));
    }
    symlinkSync('..v1', join(groups, '..data'));
    symlinkSync('..data/m.json', join(groups, 'm.json'));
    await expect.poll(ids, inForce).toEqual(['a', 'm1']);
    symlinkSync('..v2', join(groups, '..data_tmp'));
    renameSync(join(groups, '..data_tmp'), join(groups, '..data'));
    rmSync(join(groups, '..v1'), { recursive: true });
    await expect.poll(ids, inForce).toEqual(['a', 'm2']);
  }));

test('a catalog keeps what it knows while its folder is gone, and goes on when the folder is back', () =>
  watched(async (path, ids, catalog) => {
    renameSync(path, `${path}.away`);
    await expect.poll(() => catalog.snapshot.folderFaults.get('groups')?.code, inForce).toBe('not_found');
    expect(ids()).toEqual(['a']);
    renameSync(`${path}.away`, path);
    await expect.poll(() => catalog.snapshot.folderFaults.has('groups'), inForce).toBe(false);
    writeFileSync(join(path, 'groups/b.json'), group('b'));
    await expect.poll(ids, inForce).toEqual(['a', 'b']);
  }));

test('a catalog does not take an empty folder, nor one with another file, for the one that it knows', () =>
  watched(async (path, ids, catalog) => {
    renameSync(join(path, 'groups'), join(path, 'away'));
    mkdirSync(join(path, 'groups'));
    await expect.poll(() => catalog.snapshot.folderFaults.get('groups')?.code, inForce).toBe('unavailable');
    writeFileSync(join(path, 'groups/default.json'), group('default'));
    await catalog.refresh();
    expect(ids()).toEqual(['a']);
    await catalog.reload();
    expect(ids()).toEqual(['default']);
    expect(catalog.snapshot.folderFaults.has('groups')).toBe(false);
  }));

test('a catalog believes that a folder is gone that git takes away with its last file', () =>
  watched(async (path, ids) => {
    rmSync(join(path, 'groups'), { recursive: true });
    await expect.poll(ids, { interval: 20 }).toEqual([]);
  }));

test('a catalog takes another folder that has what the old one had', () =>
  watched(async (path, ids) => {
    for (let i = 0; i < 5; i++) writeFileSync(join(path, `groups/n${i}.json`), group(`n${i}`));
    await expect.poll(() => ids().length, inForce).toBe(6);
    cpSync(join(path, 'groups'), join(path, 'next'), { recursive: true });
    unlinkSync(join(path, 'next/n0.json'));
    writeFileSync(join(path, 'next/new.json'), group('new'));
    renameSync(join(path, 'groups'), join(path, 'old'));
    renameSync(join(path, 'next'), join(path, 'groups'));
    await expect.poll(ids, inForce).toEqual(['a', 'n1', 'n2', 'n3', 'n4', 'new']);
  }));

test('a catalog believes that its folder was emptied when it stays empty', () =>
  watched(async (path, ids) => {
    writeFileSync(join(path, 'groups/b.json'), group('b'));
    await expect.poll(ids, inForce).toEqual(['a', 'b']);
    for (const name of ['a', 'b']) unlinkSync(join(path, `groups/${name}.json`));
    await expect.poll(ids, { interval: 20 }).toEqual([]);
  }));

test('a catalog takes in a thousand files that change at once, as git checkout leaves them', () =>
  watched(async (path, ids) => {
    for (const version of ['1', '2']) {
      for (let i = 0; i < 1000; i++) {
        const file = join(path, `groups/n${i}.json`);
        if (version === '2') unlinkSync(file);
        writeFileSync(file, group(`n${i}-${version}`));
      }
      await expect.poll(() => ids().filter((id) => id.endsWith(`-${version}`)).length, inForce).toBe(1000);
    }
  }));

test('a catalog notices a change behind a link, of which the folder knows nothing', () =>
  watched(async (path, ids) => {
    mkdirSync(join(path, 'elsewhere'));
    writeFileSync(join(path, 'elsewhere/l.json'), group('l1'));
    symlinkSync('../elsewhere/l.json', join(path, 'groups/l.json'));
    await expect.poll(ids, inForce).toEqual(['a', 'l1']);
    writeFileSync(join(path, 'elsewhere/l.json'), group('l2'));
    await expect.poll(ids, inForce).toEqual(['a', 'l2']);
  }));

test('a catalog sees the second of two writes that follow at once and leave equal sizes', () =>
  watched(async (path, ids) => {
    for (let i = 0; i < 20; i++) {
      writeFileSync(join(path, 'groups/a.json'), group(`v${i % 10}`));
      if (i % 5 === 4) await new Promise((resolve) => setTimeout(resolve, 30));
    }
    writeFileSync(join(path, 'groups/a.json'), group('v_'));
    await expect.poll(ids, inForce).toEqual(['v_']);
  }));
