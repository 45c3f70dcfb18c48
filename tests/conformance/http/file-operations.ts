/** The file operations of scenarios (`setup`, `before`): paths relative to the working copy, `path_base64` where a name is no UTF-8. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import type { FileOperation } from '../recorded.ts';

/** Carries an operation out on a path, in bytes, since names may be no UTF-8. */
type Act = (path: Buffer, operation: FileOperation, dir: string) => void;

const operations: Readonly<Record<string, Act>> = {
  mkdir: (path) => void mkdirSync(path, { recursive: true }),
  rm: (path) => rmSync(path, { recursive: true, force: true }),
  write: (path, { text = '', base64 }) =>
    writeFileSync(path, base64 === undefined ? text : Buffer.from(base64, 'base64')),
  rename: (path, { to = '' }, dir) => {
    const target = pathIn(dir, { path: to });
    makeFolderOf(target);
    renameSync(path, target);
  },
  symlink: (path, { to = '' }, dir) => symlinkSync(to.replaceAll('{dir}', dir), path),
  fill: (path, { size = 0 }) => writeFileSync(path, filled(size)),
  sparse: (path, { size }) => {
    writeFileSync(path, '');
    truncateSync(path, size);
  },
  fifo: (path) => void execFileSync('mkfifo', [path.toString()]),
  chmod: (path, { mode = '' }) => chmodSync(path, Number.parseInt(mode, 8)),
  mtime: (path, { time = '' }) => utimesSync(path, new Date(time), new Date(time)),
};

/** Carries out one operation; the folders it needs are made. */
export function applyOperation(dir: string, operation: FileOperation): void {
  const act = operations[operation.op];
  if (!act) throw new Error(`no file operation is named ${operation.op}`);
  const path = pathIn(dir, operation);
  if (operation.op !== 'rm') makeFolderOf(path);
  act(path, operation, dir);
}

/** `chmod` and `mtime`, which make no folders (theirs may be closed already). */
export function fixAttributes(dir: string, operation: FileOperation): void {
  operations[operation.op]?.(pathIn(dir, operation), operation, dir);
}

function makeFolderOf(path: Buffer): void {
  mkdirSync(path.subarray(0, path.lastIndexOf('/')), { recursive: true });
}

function pathIn(dir: string, { path = '', path_base64 }: Pick<FileOperation, 'path' | 'path_base64'>): Buffer {
  return Buffer.concat([Buffer.from(`${dir}/`), path_base64 ? Buffer.from(path_base64, 'base64') : Buffer.from(path)]);
}

function filled(size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  for (let i = 0; i < size; i++) bytes[i] = (7 * i + 3) % 251;
  return bytes;
}
