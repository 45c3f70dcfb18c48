/** Opens a file or directory below the assets folder; devices, FIFOs and sockets are never opened. */
import { close, constants, fstat, open, type Stats, stat } from 'node:fs';
import { promisify } from 'node:util';

const openFile = promisify(open);
const closeFile = promisify(close);
const statPath = promisify(stat) as (path: Buffer) => Promise<Stats>;
const statFile = promisify(fstat) as (fd: number) => Promise<Stats>;

/** An open file or directory. */
export interface OpenedAsset {
  readonly fd: number;
  readonly isDirectory: boolean;
  readonly size: number;
  /** What it was when it was opened. */
  readonly stats: Stats;
  /** Seconds since the epoch; undefined at exactly the epoch, which counts as no time (Go's ServeContent). */
  readonly modifiedAt: number | undefined;
}

/** Why it could not be opened, as a status; `special` says what it is instead of a file. */
export interface OpenFault {
  readonly status: 403 | 404 | 500 | 503;
  readonly special?: string;
  readonly cause?: unknown;
}

/** @param path bytes of the full path; symbolic links are followed wherever they lead */
export async function openAsset(path: Buffer): Promise<OpenedAsset | OpenFault> {
  try {
    const special = specialKind(await statPath(path));
    if (special) return { status: 404, special };
    // O_NONBLOCK: should a FIFO take the file's place right now, opening it does not wait for a writer.
    const fd = await openFile(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return await describe(fd);
  } catch (error) {
    return { status: await statusOf(error, path), cause: error };
  }
}

async function describe(fd: number): Promise<OpenedAsset | OpenFault> {
  try {
    const stats = await statFile(fd);
    const special = specialKind(stats);
    if (special) {
      await closeFile(fd);
      return { status: 404, special };
    }
    const modifiedAt = modifiedAtOf(stats);
    return { fd, isDirectory: stats.isDirectory(), size: stats.size, modifiedAt, stats };
  } catch (error) {
    await closeFile(fd);
    throw error;
  }
}

/** Seconds since the epoch; undefined at exactly the epoch. */
export function modifiedAtOf({ mtimeMs }: Pick<Stats, 'mtimeMs'>): number | undefined {
  return mtimeMs === 0 ? undefined : Math.floor(mtimeMs / 1000);
}

/** Of a file that may have gone: undefined then, and when nothing can be said of it. */
export function statAsset(path: Buffer): Promise<Stats | undefined> {
  return statPath(path).catch(() => undefined);
}

export function closeAsset({ fd }: { readonly fd: number }): Promise<void> {
  return closeFile(fd);
}

interface Kind {
  isFIFO(): boolean;
  isSocket(): boolean;
  isCharacterDevice(): boolean;
  isBlockDevice(): boolean;
}

function specialKind(stats: Kind): string | undefined {
  if (stats.isFIFO()) return 'FIFO';
  if (stats.isSocket()) return 'socket';
  return stats.isCharacterDevice() || stats.isBlockDevice() ? 'device' : undefined;
}

/**
 * 404 for what does not exist, 403 for what may not be read, 503 while there are no descriptors, 500 else.
 * Quirk: a path that goes through a file, or fails otherwise behind a part that is no directory, does not exist (net/http/fs.go, mapOpenError).
 */
async function statusOf(error: unknown, path: Buffer): Promise<OpenFault['status']> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EMFILE' || code === 'ENFILE') return 503;
  if (code === 'ENOENT') return 404;
  if (code === 'EACCES' || code === 'EPERM') return 403;
  for (let end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1)) {
    try {
      if (!(await statPath(path.subarray(0, end))).isDirectory()) return 404;
    } catch {
      return 500;
    }
  }
  return 500;
}
