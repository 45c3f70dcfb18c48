// The files of a data directory before and after a call, in the form in which changes are recorded.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** @returns {Map<string, { mode: string, body?: string, body_base64?: string }>} by path below the folder */
export function readFiles(folder) {
  const files = new Map();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    const text = bytes.toString('utf8');
    const body = Buffer.from(text).equals(bytes) ? { body: text } : { body_base64: bytes.toString('base64') };
    const mode = `0${(statSync(path).mode & 0o777).toString(8)}`;
    files.set(relative(folder, path), { mode, ...body });
  }
  return files;
}

/** Changed files by path; null for one that is gone. */
export function changedFiles(before, after) {
  const changes = {};
  for (const [path, file] of after) {
    if (JSON.stringify(before.get(path)) !== JSON.stringify(file)) changes[path] = file;
  }
  for (const path of before.keys()) if (!after.has(path)) changes[path] = null;
  return changes;
}

/** Makes the files what they were in the recording after a call. */
export function writeRecordedFiles(folder, files) {
  for (const [name, file] of Object.entries(files ?? {})) {
    const path = join(folder, name);
    if (file === null) rmSync(path, { force: true });
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, file.body ?? Buffer.from(file.body_base64, 'base64'));
    }
  }
}
