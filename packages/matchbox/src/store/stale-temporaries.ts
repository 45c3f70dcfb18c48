/** Removes what a killed process has left in the data directory: half-written files that nothing will ever finish. */
import { lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { maxFolderDepth } from '../data/file-name.ts';
import { kinds } from '../data/kind.ts';
import { temporaryName } from './write-file.ts';

/** No write takes as long, on a network file system with another clock either. */
const staleMs = 60 * 60 * 1000;

/**
 * Looks in the five kinds' folders and below, never outside them and through no link.
 *
 * @param now milliseconds since 1970
 * @returns the paths that were removed. What cannot be looked at or removed stays: the files do no harm but take space.
 */
export async function removeStaleTemporaries(dataPath: string, now = Date.now()): Promise<string[]> {
  const removed: string[] = [];
  for (const kind of kinds) await clean(join(dataPath, kind), 0, now, removed);
  return removed;
}

async function clean(folder: string, depth: number, now: number, removed: string[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isDirectory() && depth < maxFolderDepth) await clean(join(folder, entry.name), depth + 1, now, removed);
    if (!temporaryName.test(entry.name) || !entry.isFile()) continue;
    const path = join(folder, entry.name);
    try {
      if (now - (await lstat(path)).mtimeMs < staleMs) continue;
      await unlink(path);
      removed.push(path);
    } catch {
      // Gone meanwhile, or in a folder that may only be read.
    }
  }
}
