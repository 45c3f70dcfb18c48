/** The files of a data directory before and after a call, in the form in which changes are recorded. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { RecordedBody } from '../recorded.ts';

/** A file's mode, octal, and its content. */
export interface RecordedFile extends RecordedBody {
  readonly mode: string;
}

/** Changed files by path; null for one that is gone. */
export type Changes = Readonly<Record<string, RecordedFile | null>>;

/** @returns by path below the folder */
export function readFiles(folder: string): Map<string, RecordedFile> {
  const files = new Map<string, RecordedFile>();
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

export function changedFiles(
  before: ReadonlyMap<string, RecordedFile>,
  after: ReadonlyMap<string, RecordedFile>,
): Changes {
  const changes: Record<string, RecordedFile | null> = {};
  for (const [path, file] of after) {
    if (JSON.stringify(before.get(path)) !== JSON.stringify(file)) changes[path] = file;
  }
  for (const path of before.keys()) if (!after.has(path)) changes[path] = null;
  return changes;
}

/** Makes the files what they were in the recording after a call. */
export function writeRecordedFiles(folder: string, files: Changes | undefined): void {
  // First what is gone: a folder may stand where a file was.
  const changes = Object.entries(files ?? {}).sort(([, a], [, b]) => Number(a !== null) - Number(b !== null));
  for (const [name, file] of changes) {
    const path = join(folder, name);
    if (file === null || statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
      rmSync(path, { recursive: true, force: true });
    }
    if (file !== null) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, file.body ?? Buffer.from(file.body_base64 ?? '', 'base64'));
    }
  }
}
