// The Debian packages that the tests stand on: which are missing, and unpacked copies of those that are not installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The packages of packages.txt, by what is done with them. */
export function wantedPackages() {
  const wanted = { install: [], unpack: [] };
  for (const line of readFileSync(new URL('packages.txt', import.meta.url), 'utf8').split('\n')) {
    const [verb, name] = line.split(/\s+/);
    if (verb === 'install' || verb === 'unpack') wanted[verb].push(name);
  }
  return wanted;
}

/** Throws with the `apt-get install` line that is needed, if any package is not installed. */
export function assertInstalled(names) {
  const { stdout, error } = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Abbrev}\n', ...names]);
  if (error) throw new Error(`cannot look up system packages: ${error.message} (the tests need a Debian system)`);
  const installed = new Set(
    String(stdout)
      .split('\n')
      .filter((line) => / ii\s*$/.test(line))
      .map((line) => line.split(' ')[0]),
  );
  const missing = names.filter((name) => !installed.has(name));
  if (missing.length > 0) {
    throw new Error(
      `system packages are missing. Install them with:\n  apt-get install -y --no-install-recommends ${missing.join(' ')}`,
    );
  }
}

/**
 * Downloads packages and unpacks them without installing, each with the packages named like it that it depends on (the
 * kernel's is an empty package that names the current version). Answers the folder that holds their files.
 */
export function unpackPackages(names, cache) {
  const root = join(cache, 'root');
  if (existsSync(root)) return root;
  mkdirSync(cache, { recursive: true });
  const debs = mkdtempSync(join(cache, 'debs-'));
  const unpacked = join(debs, 'root');
  const all = names.flatMap((name) => [name, ...sameFamily(name)]);
  try {
    execFileSync('apt-get', ['download', '-q', ...all], { cwd: debs, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (cause) {
    throw new Error(`apt-get download ${all.join(' ')} failed; try apt-get update first:\n${cause.stderr}`, { cause });
  }
  for (const deb of readdirSync(debs).filter((name) => name.endsWith('.deb'))) {
    execFileSync('dpkg-deb', ['-x', join(debs, deb), unpacked]);
  }
  // Renamed when it is whole, so that an interrupted download is not taken for a cache.
  renameSync(unpacked, root);
  rmSync(debs, { recursive: true });
  return root;
}

function sameFamily(name) {
  const { stdout } = spawnSync('apt-cache', ['depends', '--important', name]);
  const family = name.split('-')[0];
  return [...String(stdout).matchAll(/^\s+Depends: (\S+)$/gm)]
    .map((match) => match[1])
    .filter((other) => other.startsWith(`${family}-`));
}
