/** Makes what goes on top of the guest's initial file system for the tests with the real Ignition. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compressArchive, fileEntry } from '../../tools/vm/initramfs.ts';

/**
 * Ignition and what its `files` stage runs (useradd and the like), with their shared libraries, gzip-compressed.
 *
 * Debian's Ignition relabels what it wrote by running `setfiles`; the guest has no SELinux, so that one takes
 * the list of files and does nothing.
 *
 * @param root where the package ignition is unpacked
 */
export function makeIgnitionInitramfs(root: string): Buffer {
  const programs: readonly (readonly [string, string])[] = [
    ['usr/bin/ignition', join(root, 'usr/lib/dracut/modules.d/30ignition/ignition')],
    ...['useradd', 'usermod', 'groupadd', 'groupmod'].map((name): [string, string] => [
      `usr/sbin/${name}`,
      `/usr/sbin/${name}`,
    ]),
  ];
  const libraries = new Set(programs.flatMap(([, path]) => sharedLibraries(path)));
  return compressArchive([
    ...programs.map(([name, path]) => fileEntry(name, 0o755, readFileSync(path))),
    ...[...libraries].map((path) => fileEntry(path.slice(1), 0o755, readFileSync(path))),
    fileEntry('usr/sbin/setfiles', 0o755, '#!/bin/sh\ncat >/dev/null\n'),
  ]);
}

function sharedLibraries(program: string): string[] {
  const listing = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [...listing.matchAll(/(?:=>|^)\s*(\/\S+) \(0x/gm)]
    .map((match) => match[1]!)
    .filter((path) => statSync(path).isFile());
}
