/** The Debian packages that the tests stand on: what they are, and which are missing. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The packages of packages.txt, by what is done with them. */
export function wantedPackages(): { install: string[]; unpack: string[] } {
  const wanted: { install: string[]; unpack: string[] } = { install: [], unpack: [] };
  for (const line of readFileSync(new URL('packages.txt', import.meta.url), 'utf8').split('\n')) {
    const [verb, name = ''] = line.split(/\s+/);
    if (verb === 'install' || verb === 'unpack') wanted[verb].push(name);
  }
  return wanted;
}

/** Throws with the `apt-get install` line that is needed, if any package is not installed. */
export function assertInstalled(names: readonly string[]): void {
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
