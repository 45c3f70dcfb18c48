/** Which files came from the origin, and which of them go when there is no more room: whoever was asked for least lately. Files that an operator put there stay. */
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface KeptFile {
  readonly size: number;
  /** Of the file, so that one that somebody has replaced is known to be his. */
  readonly mtimeMs: number;
  /** What the origin calls this version; '' when it has no name for it. */
  readonly version: string;
}

export interface KeptFiles {
  get(path: string): KeptFile | undefined;
  /** It is asked for. */
  use(path: string): void;
  add(path: string, version: string): Promise<void>;
  /** Removes kept files that stand in the place of a folder that this one lies in: the origin has a folder there by now. */
  makeWay(path: string): Promise<void>;
  /** Forgets what is not as it was put there: it is somebody else's. */
  forget(path: string): void;
  readonly bytes: number;
  /** Writes what is waiting. */
  close(): Promise<void>;
}

const saveMs = 1_000;

/** @param root of the assets @param index the file that it is remembered in @param mostBytes of all files */
export async function openKeptFiles(root: string, index: string, mostBytes: number): Promise<KeptFiles> {
  /** The one that was asked for least lately first. */
  const files = new Map<string, KeptFile>(await readIndex(index));
  let bytes = 0;
  const saver = createSaver(index, () => [...files]);
  const fullPath = (path: string) => Buffer.concat([Buffer.from(root), Buffer.from(path, 'latin1')]);
  const isSame = async (path: string, { size, mtimeMs }: KeptFile) => {
    const found = await stat(fullPath(path)).catch(() => undefined);
    return found?.isFile() === true && found.size === size && found.mtimeMs === mtimeMs;
  };
  const forget = (path: string) => {
    const file = files.get(path);
    if (file === undefined) return;
    files.delete(path);
    bytes -= file.size;
    saver.soon();
  };
  /** Whoever is being sent one has it open, and gets all of it. */
  const makeRoom = async (keep: string) => {
    for (const [path, file] of files) {
      if (bytes <= mostBytes) return;
      if (path === keep) continue;
      if (await isSame(path, file)) await rm(Buffer.from(fullPath(path)), { force: true });
      forget(path);
    }
  };
  for (const [path, file] of [...files]) {
    bytes += file.size;
    if (!(await isSame(path, file))) forget(path);
  }
  return {
    get: (path) => files.get(path),
    use: (path) => {
      const file = files.get(path);
      if (file === undefined) return;
      files.delete(path);
      files.set(path, file);
    },
    add: async (path, version) => {
      const { size, mtimeMs } = await stat(fullPath(path));
      forget(path);
      files.set(path, { size, mtimeMs, version });
      bytes += size;
      saver.soon();
      await makeRoom(path);
    },
    makeWay: async (path) => {
      for (let end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1)) {
        const folder = path.slice(0, end);
        const file = files.get(folder);
        if (file === undefined) continue;
        // One that somebody has replaced is his.
        if (await isSame(folder, file)) await rm(fullPath(folder), { force: true });
        forget(folder);
      }
    },
    forget,
    get bytes() {
      return bytes;
    },
    close: saver.close,
  };
}

/** An index that cannot be written makes files stay that might go. */
function createSaver(index: string, entries: () => readonly (readonly [string, KeptFile])[]) {
  let timer: NodeJS.Timeout | undefined;
  let saving: Promise<void> = Promise.resolve();
  const save = async () => {
    await writeFile(`${index}.tmp`, JSON.stringify(entries()));
    await rename(`${index}.tmp`, index);
  };
  return {
    soon: () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        saving = save().catch(() => {});
      }, saveMs);
      timer.unref();
    },
    close: async () => {
      clearTimeout(timer);
      await saving;
      await save().catch(() => {});
    },
  };
}

async function readIndex(path: string): Promise<[string, KeptFile][]> {
  try {
    const found: unknown = JSON.parse(await readFile(path, 'utf8'));
    return Array.isArray(found) ? (found as [string, KeptFile][]).filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(entry: unknown): boolean {
  if (!Array.isArray(entry) || typeof entry[0] !== 'string' || !entry[0].startsWith('/')) return false;
  const { size, mtimeMs, version } = (entry[1] ?? {}) as Partial<KeptFile>;
  return Number.isSafeInteger(size) && typeof mtimeMs === 'number' && typeof version === 'string';
}

/** Where half-written files and the index lie: outside the assets, since everything inside is served, and on the same file system. */
export function originFolder(root: string): string {
  return join(root, '..', '.matchbox-origin');
}
