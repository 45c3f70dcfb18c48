/** The test files on disk, and the files beside them that hold whole answers. */
import { readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** No test file, and no answer, is larger. */
const maxFileBytes = 64 * 1024 * 1024;

export interface SuiteFile {
  /** As shown to users. */
  readonly shown: string;
  /** Absolute. */
  readonly path: string;
}

/** Folders are not searched below: there the whole answers are, which may be YAML too. */
export async function findSuiteFiles(targets: readonly string[], workingDirectory: string): Promise<SuiteFile[]> {
  const found: SuiteFile[] = [];
  for (const target of targets) {
    const path = resolve(workingDirectory, target);
    if (!(await stat(path)).isDirectory()) found.push({ shown: target, path });
    else {
      const names = (await readdir(path)).filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.'));
      found.push(...names.sort().map((name) => ({ shown: join(target, name), path: join(path, name) })));
    }
  }
  return found;
}

/** @throws Error with a text for people */
export async function readSuiteFile({ path }: SuiteFile): Promise<string> {
  const found = await stat(path);
  if (!found.isFile()) throw new Error('not a file');
  if (found.size > maxFileBytes) throw new Error(`${found.size} bytes, more than the ${maxFileBytes} allowed`);
  return readFile(path, 'utf8');
}

export function readBeside(suite: SuiteFile, name: string): Uint8Array | undefined {
  const path = besidePath(suite, name);
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() && found.size <= maxFileBytes ? readFileSync(path) : undefined;
}

export function besidePath({ path }: SuiteFile, name: string): string {
  return join(dirname(path), name);
}

/** Makes the folder too. */
export async function writeWithFolder(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
