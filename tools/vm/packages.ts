/** Debian packages that are unpacked and not installed, such as the kernel that guests boot. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorMessage } from '../error-message.ts';

/** The git-ignored folder for downloads and scratch files of virtual machines. */
export const cache = fileURLToPath(new URL('../../.vm/', import.meta.url));

/**
 * Downloads a package and unpacks it without installing it, with the packages named like it that it depends on (the
 * kernel's is an empty package that names the current version). Needs no root; a second call finds what the first one
 * left. Answers the folder that holds the files.
 */
export function unpackPackage(name: string): string {
  const packages = join(cache, 'packages');
  const root = join(packages, name);
  if (existsSync(root)) return root;
  mkdirSync(packages, { recursive: true });
  const work = mkdtempSync(join(cache, 'unpacking-'));
  const unpacked = join(work, 'root');
  try {
    download(name, work);
    for (const deb of readdirSync(work).filter((file) => file.endsWith('.deb'))) {
      execFileSync('dpkg-deb', ['-x', join(work, deb), unpacked]);
    }
    // Renamed when it is whole, so that an interrupted download is not taken for a cache.
    renameSync(unpacked, root);
  } catch (cause) {
    if (existsSync(root)) return root;
    throw new Error(`apt-get download ${name} failed; try apt-get update first:\n${saidBy(cause)}`, {
      cause,
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return root;
}

/** What a program that failed wrote, or why it could not be run. */
function saidBy(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  return said || errorMessage(error);
}

function download(name: string, folder: string): void {
  const run = (...words: string[]): Buffer =>
    execFileSync('apt-get', ['-q', ...words], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    run('download', name, ...sameFamily(name));
  } catch (error) {
    if (process.getuid?.() !== 0) throw error;
    // The lists of packages may be old, or not there at all, as in a container.
    run('update');
    run('download', name, ...sameFamily(name));
  }
}

function sameFamily(name: string): string[] {
  const { stdout } = spawnSync('apt-cache', ['depends', '--important', name]);
  const family = name.split('-')[0];
  return [...String(stdout).matchAll(/^\s+Depends: (\S+)$/gm)]
    .map((match) => match[1]!)
    .filter((other) => other.startsWith(`${family}-`));
}
