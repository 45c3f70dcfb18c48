/** Bodies that an earlier version kept, each in a file of its own that is named by its digest: read, and removed before anything younger. */
import { hash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface FormerFiles {
  /** Bytes of all of them. */
  readonly bytes: number;
  /** @returns undefined for what is not there, or damaged */
  read(digest: string): Promise<Uint8Array | undefined>;
  /** @throws what the system says */
  remove(digest: string): Promise<void>;
  /** The one that was asked for longest ago. @throws what the system says */
  removeOldest(): Promise<void>;
}

export async function openFormerFiles(folder: string): Promise<FormerFiles> {
  const sizes = await listFiles(folder);
  let total = 0;
  for (const size of sizes.values()) total += size;
  const remove = async (digest: string) => {
    const size = sizes.get(digest);
    if (size === undefined) return;
    await rm(join(folder, digest), { force: true });
    sizes.delete(digest);
    total -= size;
  };
  return {
    get bytes() {
      return total;
    },
    remove,
    removeOldest: () => remove(sizes.keys().next().value!),
    read: async (digest) => {
      if (!sizes.has(digest)) return undefined;
      const bytes = await readFile(join(folder, digest)).catch(() => undefined);
      return bytes !== undefined && hash('sha256', bytes) === digest ? bytes : undefined;
    },
  };
}

/** Sizes by digest, the one that was asked for longest ago first. */
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
