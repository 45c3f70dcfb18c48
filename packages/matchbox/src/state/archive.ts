/** The flight recorder: bytes that machines were served, by their digest, within a bound; what was not asked for longest is forgotten. */
import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemMessage } from '@matchbox/gotext';
import { makeFolder } from '../disk/make-folder.ts';
import type { Logger } from '../log/log.ts';
import type { Archive } from '../machines/archive.ts';

/** What is known of machines is its owner's alone. */
const folderMode = 0o700;

export interface ArchiveOptions {
  readonly logger: Logger;
  /** All files together (256 MiB). */
  readonly maxBytes?: number;
}

/** A config is smaller; an image is known by its name and digest. */
const maxFileBytes = 4 * 1024 * 1024;
/** Bytes that may wait to be written. */
const maxWaitingBytes = 32 * 1024 * 1024;

/** @param folder made if it is not there */
export async function openArchive(
  folder: string,
  { logger, maxBytes = 256 * 1024 * 1024 }: ArchiveOptions,
): Promise<Archive> {
  await makeFolder(folder, folderMode);
  /** Sizes by digest, the one that was asked for longest ago first. */
  const sizes = await listFiles(folder);
  let total = 0;
  for (const size of sizes.values()) total += size;
  const waiting = new Map<string, Uint8Array>();
  let waitingBytes = 0;
  let writing: Promise<void> | undefined;
  let failing = false;

  const forget = async () => {
    for (const [digest, size] of sizes) {
      if (total <= maxBytes) return;
      await rm(join(folder, digest), { force: true });
      sizes.delete(digest);
      total -= size;
    }
  };
  const writeAll = async () => {
    for (const [digest, bytes] of waiting) {
      try {
        await writeWhole(join(folder, digest), bytes);
        sizes.set(digest, bytes.length);
        total += bytes.length;
        await forget();
        failing = false;
      } catch (error) {
        if (!failing)
          logger.error(`what machines were served cannot be kept: ${systemMessage(error)}`, { path: folder });
        failing = true;
      }
      waiting.delete(digest);
      waitingBytes -= bytes.length;
    }
    writing = undefined;
  };

  return {
    keep: (digest, bytes) => {
      const size = sizes.get(digest);
      if (size !== undefined) {
        sizes.delete(digest);
        sizes.set(digest, size);
        return;
      }
      if (waiting.has(digest) || bytes.length > maxFileBytes || waitingBytes + bytes.length > maxWaitingBytes) return;
      waiting.set(digest, bytes);
      waitingBytes += bytes.length;
      writing ??= writeAll();
    },
    read: async (digest) => {
      if (!/^[0-9a-f]{64}$/.test(digest)) return undefined;
      const bytes = waiting.get(digest) ?? (await readFile(join(folder, digest)).catch(() => undefined));
      if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== digest) {
        // Gone or damaged: kept anew when it is served again.
        total -= sizes.get(digest) ?? 0;
        sizes.delete(digest);
        return undefined;
      }
      // Files carry the order over a restart.
      const now = new Date();
      await utimes(join(folder, digest), now, now).catch(() => {});
      return bytes;
    },
    close: async () => {
      await writing;
    },
  };
}

/** The bytes of a server without a folder for them: in memory, within 32 MiB. */
export function openMemoryArchive(): Archive {
  const kept = new Map<string, Uint8Array>();
  let total = 0;
  return {
    keep: (digest, bytes) => {
      if (bytes.length > maxFileBytes) return;
      const known = kept.delete(digest);
      kept.set(digest, bytes);
      if (!known) total += bytes.length;
      for (const [oldest, { length }] of kept) {
        if (total <= maxWaitingBytes) return;
        kept.delete(oldest);
        total -= length;
      }
    },
    read: async (digest) => kept.get(digest),
    close: async () => {},
  };
}

async function listFiles(folder: string): Promise<Map<string, number>> {
  const found: { name: string; size: number; at: number }[] = [];
  for (const name of await readdir(folder)) {
    // A temporary file of a process that was killed. What else is there is somebody else's.
    if (/^[0-9a-f]{64}\.tmp$/.test(name)) await rm(join(folder, name), { force: true });
    if (!/^[0-9a-f]{64}$/.test(name)) continue;
    const { size, mtimeMs } = await stat(join(folder, name));
    found.push({ name, size, at: mtimeMs });
  }
  found.sort((a, b) => a.at - b.at);
  return new Map(found.map(({ name, size }) => [name, size]));
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    await writeFile(temporary, bytes, { mode: 0o600 });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}
