import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLogger } from '../log/log.ts';
import type { Archive } from '../machines/archive.ts';
import { openArchive, openMemoryArchive } from './archive.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

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

test('openArchive gives back what was kept, at once and after a restart', () =>
  inFolder(async (folder) => {
    const archive = await openArchive(folder, { logger: silentLogger });
    const digest = keep(archive, '#!ipxe\n');
    expect(await archive.read(digest)).toEqual(bytesOf('#!ipxe\n'));
    await archive.close();
    const again = await openArchive(folder, { logger: silentLogger });
    expect(Buffer.from((await again.read(digest))!).toString()).toBe('#!ipxe\n');
  }));

test('openArchive forgets what was not asked for longest', () =>
  inFolder(async (folder) => {
    const archive = await openArchive(folder, { logger: silentLogger, maxBytes: 250 });
    const first = keep(archive, 'a'.repeat(100));
    const second = keep(archive, 'b'.repeat(100));
    await archive.close();
    keep(archive, 'a'.repeat(100));
    const third = keep(archive, 'c'.repeat(100));
    await archive.close();
    expect(readdirSync(folder).sort()).toEqual([first, third].sort());
    expect(await archive.read(second)).toBeUndefined();
  }));

test('openArchive does not give out a file that is damaged or not named by a digest', () =>
  inFolder(async (folder) => {
    const archive = await openArchive(folder, { logger: silentLogger });
    const digest = keep(archive, 'x');
    await archive.close();
    writeFileSync(join(folder, digest), 'y');
    expect(await archive.read(digest)).toBeUndefined();
    expect(await archive.read('../owner.json')).toBeUndefined();
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
    await openArchive(folder, { logger: silentLogger });
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(['images', 'images/vmlinuz', 'notes.txt']);
  }));

test('openArchive says so when it cannot remove what is too much, and goes on', () =>
  inFolder(async (folder) => {
    const errors: string[] = [];
    const logger = { ...silentLogger, error: (message: string) => void errors.push(message) };
    const archive = await openArchive(folder, { logger, maxBytes: 150 });
    const first = keep(archive, 'a'.repeat(100));
    await archive.close();
    // A folder in the place of the file is one that rm refuses.
    rmSync(join(folder, first));
    mkdirSync(join(folder, first, 'x'), { recursive: true });
    keep(archive, 'b'.repeat(100));
    await archive.close();
    expect(errors).toHaveLength(1);
    rmSync(join(folder, first), { recursive: true });
    const third = keep(archive, 'c'.repeat(100));
    await archive.close();
    expect(Buffer.from((await archive.read(third))!).toString()).toBe('c'.repeat(100));
  }));

test('openArchive keeps anew what was damaged', () =>
  inFolder(async (folder) => {
    const archive = await openArchive(folder, { logger: silentLogger });
    const digest = keep(archive, 'x');
    await archive.close();
    writeFileSync(join(folder, digest), 'y');
    expect(await archive.read(digest)).toBeUndefined();
    keep(archive, 'x');
    await archive.close();
    expect(Buffer.from((await archive.read(digest))!).toString()).toBe('x');
  }));
