// The file operations of scenarios (`setup`, `before`): paths relative to the working copy, `path_base64` where a name is no UTF-8.
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

const operations = {
  mkdir: (path) => mkdirSync(path, { recursive: true }),
  rm: (path) => rmSync(path, { recursive: true, force: true }),
  write: (path, { text, base64 }) => writeFileSync(path, base64 === undefined ? text : Buffer.from(base64, 'base64')),
  rename: (path, { to }, dir) => renameSync(path, pathIn(dir, { path: to })),
  symlink: (path, { to }, dir) => symlinkSync(to.replaceAll('{dir}', dir), path),
  fill: (path, { size }) => writeFileSync(path, filled(size)),
  sparse: (path, { size }) => {
    writeFileSync(path, '');
    truncateSync(path, size);
  },
  fifo: (path) => execFileSync('mkfifo', [path.toString()]),
  chmod: (path, { mode }) => chmodSync(path, Number.parseInt(mode, 8)),
  mtime: (path, { time }) => utimesSync(path, new Date(time), new Date(time)),
};

/** Carries out one operation; the folders it needs are made. */
export function applyOperation(dir, operation) {
  const act = operations[operation.op];
  if (!act) throw new Error(`no file operation is named ${operation.op}`);
  const path = pathIn(dir, operation);
  if (operation.op !== 'rm') mkdirSync(path.subarray(0, path.lastIndexOf('/')), { recursive: true });
  act(path, operation, dir);
}

/** `chmod` and `mtime`, which make no folders (theirs may be closed already). */
export function fixAttributes(dir, operation) {
  operations[operation.op](pathIn(dir, operation), operation, dir);
}

function pathIn(dir, { path, path_base64 }) {
  return Buffer.concat([Buffer.from(`${dir}/`), path_base64 ? Buffer.from(path_base64, 'base64') : Buffer.from(path)]);
}

function filled(size) {
  const bytes = Buffer.allocUnsafe(size);
  for (let i = 0; i < size; i++) bytes[i] = (7 * i + 3) % 251;
  return bytes;
}
