/** The data directory on disk: `groups/`, `profiles/`, `ignition/`, `cloud/`, `generic/`. */
import {
  close,
  closeSync,
  constants,
  fstat,
  fstatSync,
  open as openCallback,
  openSync,
  readFile,
  readFileSync,
  type Stats,
  statSync,
} from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { compareBytes, isWellFormed } from '../core/byte-string.ts';
import { type Kind, kinds } from '../core/kind.ts';
import { resolveName, type Store, type StoreEntry, StoreError, type StoreErrorCode } from '../core/store.ts';
import { errnoOf, systemMessage } from './errno.ts';
import { watchFolders } from './watch-folders.ts';

/** Folders below a kind's folder are followed this deep. */
const maxDepth = 8;
/** Stats are taken this many at a time. */
const statsAtOnce = 64;
/** A file that changed less than this ago may still be written to. */
const settlingMs = 50;
/** No description or template is larger; what is will not be read into memory. */
const maxFileBytes = 64 * 1024 * 1024;
/** Half-written files have names that upstream and we leave alone. */
const temporarySuffix = '.matchbox-tmp';

/** How files are looked at and read. */
interface Calls {
  readonly stat: (path: string) => Stats | Promise<Stats>;
  readonly open: (path: string, flags: number) => number | Promise<number>;
  readonly statOpen: (file: number) => Stats | Promise<Stats>;
  readonly readOpen: (file: number) => Uint8Array | Promise<Uint8Array>;
  readonly close: (file: number) => void;
}

/** Plain descriptors: file handles cost twice as much, which shows with 10,000 files. */
const asynchronous: Calls = {
  stat,
  open: promisify(openCallback),
  statOpen: promisify(fstat) as Calls['statOpen'],
  readOpen: promisify(readFile) as Calls['readOpen'],
  close,
};

/** Several times as fast, and fit for the time in which nobody waits for an answer. */
const synchronous: Calls = {
  stat: (path) => statSync(path),
  open: openSync,
  statOpen: (file) => fstatSync(file),
  readOpen: (file) => readFileSync(file),
  close: closeSync,
};

/** @param dataPath the data directory; its folders need not be there */
export function openFileStore(dataPath: string): Store {
  const describe = (kind: Kind, name?: string) =>
    name === undefined ? join(dataPath, kind) : join(dataPath, kind, name);
  const pathOf = (action: string, kind: Kind, name: string) => {
    if (resolveName(name) !== name) {
      throw new StoreError(
        'bad_name',
        `${action} ${dataPath}/${kind}/${name}: not a name below the folder of its kind`,
      );
    }
    return describe(kind, name);
  };
  // Until somebody watches, the server does not serve yet (or it is a command that never will).
  let calls = synchronous;
  /** Subfolders seen by the last listing of each kind; they are watched too. */
  const folders = new Map<Kind, readonly string[]>();
  return {
    describe,
    list: async (kind) => {
      const listing: Listing = { root: describe(kind), found: [], folders: [] };
      await listFolder(listing, '', []);
      folders.set(kind, listing.folders);
      return statAll(listing.root, listing.found.sort(compareBytes), calls);
    },
    read: async (kind, name) => readRegular(pathOf('open', kind, name), calls),
    write: async (kind, name, bytes) => writeDurably(pathOf('open', kind, name), bytes),
    remove: async (kind, name) => removeFile(pathOf('remove', kind, name)),
    watch: (onHint) => {
      calls = asynchronous;
      return watchFolders(
        () => [dataPath, ...[...folders.values()].flat()],
        (folder, name) => {
          // What else lies beside the kinds' folders, a log file perhaps, is none of ours.
          if (folder !== dataPath || name === null || kinds.some((kind) => kind === name)) onHint();
        },
      );
    },
  };
}

interface Listing {
  readonly root: string;
  /** File names relative to the root. */
  readonly found: string[];
  readonly folders: string[];
}

/** @param above identities of the folders on the way here, so that a link to one of them ends */
async function listFolder(listing: Listing, prefix: string, above: readonly string[]): Promise<void> {
  const folder = join(listing.root, prefix);
  let entries: Awaited<ReturnType<typeof readFolder>>;
  let identity: string;
  try {
    entries = await readFolder(folder);
    const { dev, ino } = await stat(folder);
    identity = `${dev}:${ino}`;
  } catch (error) {
    // A subfolder that cannot be read is of no consequence: upstream does not look into it.
    if (above.length > 0) return;
    // A file in the folder's place holds no files either.
    const absent = errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';
    throw storeError(absent ? 'not_found' : 'unreadable', 'open', folder, error);
  }
  if (above.includes(identity) || above.length > maxDepth) return;
  listing.folders.push(folder);
  for (const entry of entries) {
    const name = prefix + entry.name;
    if (entry.name.endsWith(temporarySuffix) || !isWellFormed(name)) continue;
    const isFolder =
      entry.isDirectory() || (entry.isSymbolicLink() && (await typeOf(join(folder, entry.name))) === 'folder');
    if (!isFolder) listing.found.push(name);
    // Quirk: Kubernetes keeps a ConfigMap's versions in `..2024_…` folders beside the links that are the files.
    else if (!entry.name.startsWith('..')) await listFolder(listing, `${name}/`, [...above, identity]);
  }
}

function readFolder(folder: string) {
  return readdir(folder, { withFileTypes: true });
}

async function statAll(folder: string, names: readonly string[], calls: Calls): Promise<StoreEntry[]> {
  const entries: StoreEntry[] = [];
  for (let at = 0; at < names.length; at += statsAtOnce) {
    const some = await Promise.all(names.slice(at, at + statsAtOnce).map((name) => statEntry(folder, name, calls)));
    for (const entry of some) if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/** @returns undefined for what is gone meanwhile, and for a link to a folder */
async function statEntry(folder: string, name: string, calls: Calls): Promise<StoreEntry | undefined> {
  const path = join(folder, name);
  try {
    const found = await calls.stat(path);
    if (found.isDirectory()) return undefined;
    if (!found.isFile()) return { name, stamp: stampOf(found), fault: notAFile(path, found) };
    const ageMs = Date.now() - Math.max(found.mtimeMs, found.ctimeMs);
    return { name, stamp: stampOf(found), settling: ageMs >= 0 && ageMs < settlingMs };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' && !(await isLink(path))) return undefined;
    return { name, stamp: '', fault: storeError('unreadable', 'open', path, error) };
  }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch {
    return false;
  }
}

function stampOf({ mtimeMs, ctimeMs, size, ino, dev }: Stats): string {
  return `${mtimeMs} ${ctimeMs} ${size} ${dev}:${ino}`;
}

function notAFile(path: string, found: Stats): StoreError {
  const what = found.isFIFO()
    ? 'a FIFO'
    : found.isSocket()
      ? 'a socket'
      : found.isDirectory()
        ? 'a directory'
        : 'a device';
  return new StoreError('not_a_file', `open ${path}: is ${what}, not a file`);
}

/** Opens without blocking and looks at what was opened, so that a FIFO put in the file's place does no harm. */
async function readRegular(path: string, calls: Calls): Promise<Uint8Array> {
  try {
    const file = await calls.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await calls.statOpen(file);
      if (!found.isFile()) throw notAFile(path, found);
      if (found.size > maxFileBytes) {
        throw new StoreError('unreadable', `open ${path}: ${found.size} bytes, more than the ${maxFileBytes} allowed`);
      }
      return await calls.readOpen(file);
    } finally {
      calls.close(file);
    }
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw storeError(errnoOf(error) === 'ENOENT' ? 'not_found' : 'unreadable', 'open', path, error);
  }
}

let temporaries = 0;

/** Temporary file, fsync, rename, fsync of the folder: after a crash there is the old content or the new, never half. */
async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}-${++temporaries}${temporarySuffix}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    if ((await typeOf(path)) === 'folder') throw new StoreError('write_failed', `open ${path}: is a directory`);
    const file = await open(temporary, 'wx', 0o644);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    if (error instanceof StoreError) throw error;
    throw storeError('write_failed', 'open', path, error);
  }
}

async function typeOf(path: string): Promise<'folder' | 'other'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'other';
  } catch {
    return 'other';
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeFile(path: string): Promise<void> {
  try {
    // Quirk: Go's os.Remove takes empty folders too, and says of others that they are not empty.
    if ((await lstat(path)).isDirectory()) await rmdir(path);
    else await unlink(path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw storeError(errnoOf(error) === 'ENOENT' ? 'not_found' : 'write_failed', 'remove', path, error);
  }
}

function storeError(code: StoreErrorCode, action: string, path: string, cause: unknown): StoreError {
  return new StoreError(code, `${action} ${path}: ${systemMessage(cause)}`, { cause });
}
