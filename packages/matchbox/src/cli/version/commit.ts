/** The commit that the program was made of: written into the bundle, or read from the clone that it runs in. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Written by the bundler. */
declare const MATCHBOX_COMMIT: string | undefined;

/** @param module URL of a file of the program @returns undefined where nobody knows */
export function commitOf(module: string): string | undefined {
  if (typeof MATCHBOX_COMMIT === 'string') return MATCHBOX_COMMIT;
  for (let folder = dirname(fileURLToPath(module)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return headOf(join(folder, '.git'));
    if (folder === dirname(folder)) return undefined;
  }
}

/** As `git rev-parse HEAD`, which may not be installed. @param git `.git`, a folder, or in a worktree a file that names one */
export function headOf(git: string): string | undefined {
  try {
    const folder = statSync(git).isDirectory() ? git : resolve(dirname(git), fieldOf(readText(git), 'gitdir') ?? '');
    const head = readText(join(folder, 'HEAD'));
    const branch = fieldOf(head, 'ref');
    if (branch === undefined) return head;
    const common = existsSync(join(folder, 'commondir'))
      ? resolve(folder, readText(join(folder, 'commondir')))
      : folder;
    if (existsSync(join(common, branch))) return readText(join(common, branch));
    const packed = readText(join(common, 'packed-refs')).split('\n');
    return packed.find((line) => line.endsWith(` ${branch}`))?.split(' ')[0];
  } catch {
    return undefined;
  }
}

function readText(path: string): string {
  return readFileSync(path, 'utf8').trim();
}

/** The value of `name: value`. */
function fieldOf(text: string, name: string): string | undefined {
  return text.startsWith(`${name}: `) ? text.slice(name.length + 2) : undefined;
}
