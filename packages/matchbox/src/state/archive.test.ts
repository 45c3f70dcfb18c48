import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLogger } from '../log/log.ts';
import type { Archive } from '../machines/archive.ts';
import { openArchive, openMemoryArchive } from './archive.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** Of a body's head, with a length of three digits. */
const headBytes = 69;

function keep(archive: Archive, text: string): string {
  const bytes = bytesOf(text);
  const digest = digestOf(bytes);
  archive.keep(digest, bytes);
  return digest;
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-archive-'));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const open = (folder: string, maxBytes?: number) =>
  openArchive(folder, { logger: silentLogger, ...(maxBytes !== undefined && { maxBytes }) });

/** The texts that there are of these digests. */
async function texts(archive: Archive, digests: readonly string[]): Promise<(string | undefined)[]> {
  const found = await Promise.all(digests.map((digest) => archive.read(digest)));
  return found.map((bytes) => bytes && Buffer.from(bytes).toString());
}

test('openArchive gives back what was kept, at once and after a restart', () =>
  inFolder(async (folder) => {
    const archive = await open(folder);
    const digests = [keep(archive, '#!ipxe\n'), keep(archive, ''), keep(archive, '#!ipxe\nboot\n')];
    expect(await texts(archive, digests)).toEqual(['#!ipxe\n', '', '#!ipxe\nboot\n']);
    await archive.close();
    expect(await texts(archive, digests)).toEqual(['#!ipxe\n', '', '#!ipxe\nboot\n']);
    expect(await texts(await open(folder), digests)).toEqual(['#!ipxe\n', '', '#!ipxe\nboot\n']);
  }));

test('openArchive writes ten thousand bodies into a few files', () =>
  inFolder(async (folder) => {
    const archive = await open(folder);
    const digests = Array.from({ length: 10_000 }, (_, i) => keep(archive, `body ${i}\n`));
    await archive.close();
    expect(readdirSync(folder).length).toBeLessThan(10);
    const again = await open(folder);
    expect(await texts(again, [digests[0]!, digests[9999]!])).toEqual(['body 0\n', 'body 9999\n']);
  }));

test('openArchive knows after kill -9 what was whole, and goes on in another file', () =>
  inFolder(async (folder) => {
    const killed = await open(folder);
    const digests = [keep(killed, 'a'.repeat(100)), keep(killed, 'b'.repeat(100))];
    await expect.poll(() => statSync(join(folder, 'served-00000001.log')).size).toBe(2 * (100 + headBytes));
    truncateSync(join(folder, 'served-00000001.log'), 2 * (100 + headBytes) - 1);
    const archive = await open(folder);
    expect(await texts(archive, digests)).toEqual(['a'.repeat(100), undefined]);
    keep(archive, 'b'.repeat(100));
    await archive.close();
    expect(await texts(await open(folder), digests)).toEqual(['a'.repeat(100), 'b'.repeat(100)]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.log'))).toHaveLength(2);
    await killed.close();
  }));

test('openArchive believes no index of a file that was written on', () =>
  inFolder(async (folder) => {
    const archive = await open(folder);
    const first = keep(archive, 'a'.repeat(100));
    await archive.close();
    const more = 'b'.repeat(100);
    const digest = digestOf(bytesOf(more));
    appendFileSync(join(folder, 'served-00000001.log'), `${digest} 100\n${more}`);
    expect(await texts(await open(folder), [first, digest])).toEqual(['a'.repeat(100), more]);
  }));

test('openArchive forgets what was not served for longest', () =>
  inFolder(async (folder) => {
    const archive = await open(folder, 3.5 * (100 + headBytes));
    const letters = ['a', 'b', 'a', 'c', 'd'];
    for (const letter of letters) {
      keep(archive, letter.repeat(100));
      await archive.close();
    }
    const digests = ['a', 'b', 'c', 'd'].map((letter) => digestOf(bytesOf(letter.repeat(100))));
    const found = await texts(archive, digests);
    expect(found.map((text) => text?.[0])).toEqual(['a', undefined, 'c', 'd']);
    await archive.close();
    const files = readdirSync(folder).filter((name) => name.endsWith('.log'));
    const bytes = files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    expect(bytes).toBeLessThanOrEqual(3.5 * (100 + headBytes));
    expect(readdirSync(folder).filter((name) => name.endsWith('.idx'))).toHaveLength(files.length);
  }));

test('openArchive does not give out what is damaged or not named by a digest, and keeps it anew', () =>
  inFolder(async (folder) => {
    const archive = await open(folder);
    const digest = keep(archive, 'x');
    await archive.close();
    const path = join(folder, 'served-00000001.log');
    writeFileSync(path, readFileSync(path, 'latin1').replace(/x$/, 'y'));
    expect(await archive.read(digest)).toBeUndefined();
    expect(await archive.read('../owner.json')).toBeUndefined();
    keep(archive, 'x');
    await archive.close();
    expect(await texts(archive, [digest])).toEqual(['x']);
  }));

test('openArchive reads the file of each body that an earlier version wrote, and takes over what is served still', () =>
  inFolder(async (folder) => {
    const former = ['a', 'b'].map((letter) => letter.repeat(100));
    const digests = former.map((text) => digestOf(bytesOf(text)));
    for (const [i, text] of former.entries()) writeFileSync(join(folder, digests[i]!), text);
    const archive = await open(folder);
    expect(await texts(archive, digests.slice(0, 1))).toEqual(former.slice(0, 1));
    await archive.close();
    expect(readdirSync(folder).sort()).toEqual([digests[1], 'served-00000001.idx', 'served-00000001.log']);
    const again = await open(folder);
    expect(await texts(again, digests)).toEqual(former);
    await again.close();
  }));

test('openArchive removes the files of an earlier version first', () =>
  inFolder(async (folder) => {
    const former = digestOf(bytesOf('a'.repeat(100)));
    writeFileSync(join(folder, former), 'a'.repeat(100));
    const archive = await open(folder, 350);
    const digests = [keep(archive, 'b'.repeat(100)), keep(archive, 'c'.repeat(100))];
    await archive.close();
    expect((await texts(archive, [former, ...digests])).map((text) => text?.[0])).toEqual([undefined, 'b', 'c']);
  }));

test('openMemoryArchive stays within its bound', async () => {
  const archive = openMemoryArchive();
  const digests = Array.from('abcdefghijkl', (letter) => keep(archive, letter.repeat(3 * 1024 * 1024)));
  const tooLarge = keep(archive, 'x'.repeat(5 * 1024 * 1024));
  const kept = await Promise.all([...digests, tooLarge].map((digest) => archive.read(digest)));
  expect(kept.map((bytes) => bytes !== undefined)).toEqual([false, false, ...Array(10).fill(true), false]);
});

test('openArchive leaves alone what is not its own', () =>
  inFolder(async (folder) => {
    mkdirSync(join(folder, 'images'));
    writeFileSync(join(folder, 'images', 'vmlinuz'), 'x');
    writeFileSync(join(folder, 'notes.txt'), 'x');
    writeFileSync(join(folder, `${'a'.repeat(64)}.tmp`), 'x');
    await open(folder);
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(['images', 'images/vmlinuz', 'notes.txt']);
  }));

test('openArchive says so when it cannot remove what is too much, and goes on', () =>
  inFolder(async (folder) => {
    const errors: string[] = [];
    const logger = { ...silentLogger, error: (message: string) => void errors.push(message) };
    const archive = await openArchive(folder, { logger, maxBytes: 2.5 * (100 + headBytes) });
    keep(archive, 'a'.repeat(100));
    await archive.close();
    // A folder in the place of the file is one that rm refuses.
    const path = join(folder, 'served-00000001.log');
    rmSync(path);
    mkdirSync(join(path, 'x'), { recursive: true });
    const others = [keep(archive, 'b'.repeat(100)), keep(archive, 'c'.repeat(100))];
    await archive.close();
    expect(errors).toHaveLength(1);
    rmSync(path, { recursive: true });
    const last = keep(archive, 'd'.repeat(100));
    await archive.close();
    expect((await texts(archive, [...others, last])).map((text) => text?.[0])).toEqual([undefined, 'c', 'd']);
  }));
