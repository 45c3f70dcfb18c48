// What Butane needs from Node: a directory on disk and gzip. The main entry of the package works without.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { errnoOf } from '@matchbox/gotext';
import { type FileInfo, type FilesDirectory, FilesError, type FilesErrorCode } from './files-directory.ts';

/**
 * Up to so many bytes fit into the window and into one block of what zlib is given for short ones, with which it makes the same of them:
 * a window of 2 KiB, of which it keeps 262 bytes free, and room for 2,047 symbols.
 */
const shortBytes = 1500;
const short = { windowBits: 11, memLevel: 5, chunkSize: 2048 } as const;

/** Butane compresses at the highest level. Most contents are short, and the memory for long ones would cost them more than the work. */
export function gzip(bytes: Uint8Array): Uint8Array {
  return gzipSync(bytes, { level: 9, ...(bytes.length <= shortBytes && short) });
}

/**
 * A directory on disk. What a symbolic link reaches outside of it is refused, and only regular files are opened.
 *
 * @param path - relative to `workingDirectory`; errors print it as it is
 */
export function openFilesDirectory(path: string, workingDirectory = process.cwd()): FilesDirectory {
  const root = resolve(workingDirectory, path);
  return {
    path,
    read: (file) => guarded('open', () => readRegular(root, file)),
    stat: (file) => guarded('stat', () => infoOf(statSync(inside(root, join(root, file))))),
    lstat: (file) => guarded('lstat', () => infoOf(lstatSync(insideParent(root, file)))),
    list: (file) => guarded('open', () => readdirSync(inside(root, join(root, file)))),
    readLink: (file) => guarded('readlink', () => readlinkSync(insideParent(root, file))),
  };
}

function readRegular(root: string, file: string): Uint8Array {
  // Without O_NONBLOCK, opening a FIFO would wait for a writer for ever.
  const handle = openSync(inside(root, join(root, file)), constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(handle);
    if (stats.isDirectory()) throw new FilesError('is_directory', 'read');
    if (!stats.isFile()) throw new FilesError('not_regular', 'open');
    return readFileSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** The real path of `path`, which has to be below the real path of `root`. */
function inside(root: string, path: string): string {
  const realRoot = realpathSync(root);
  const real = realpathSync(path);
  const base = realRoot.endsWith(sep) ? realRoot : realRoot + sep;
  if (real !== realRoot && !real.startsWith(base)) throw new FilesError('outside', 'open');
  return real;
}

/** The path of `file` itself, be it a link, in a folder that is inside. */
function insideParent(root: string, file: string): string {
  if (file === '.') return root;
  const path = join(root, file);
  return join(inside(root, dirname(path)), path.slice(dirname(path).length + 1));
}

function infoOf(stats: Stats): FileInfo {
  const kind = stats.isFile()
    ? 'file'
    : stats.isDirectory()
      ? 'directory'
      : stats.isSymbolicLink()
        ? 'symlink'
        : 'other';
  return { kind, executable: (stats.mode & 0o111) !== 0 };
}

const codes: Readonly<Record<string, FilesErrorCode>> = {
  ENOENT: 'not_found',
  EISDIR: 'is_directory',
  ENOTDIR: 'not_directory',
  EACCES: 'permission',
  EPERM: 'permission',
  ELOOP: 'loop',
  ENAMETOOLONG: 'name_too_long',
  ENXIO: 'not_regular',
};

function guarded<T>(operation: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof FilesError) throw cause;
    throw new FilesError(codes[errnoOf(cause) ?? ''] ?? 'failed', operation, { cause });
  }
}
