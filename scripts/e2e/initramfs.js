// Makes the two initial file systems of the guests: BusyBox with /init, and the real Ignition that goes on top of it.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encodeCpio } from './cpio.js';

const guest = new URL('guest/', import.meta.url);

/** BusyBox, kernel modules and the scripts of guest/, gzip-compressed. */
export function makeBaseInitramfs(kernel) {
  const scripts = readdirSync(guest).map((name) => file(name, 0o755, readFileSync(new URL(name, guest))));
  return compress([
    file('bin/busybox', 0o755, readFileSync('/bin/busybox')),
    ...kernel.modules.map((module) => file(`modules/${module.name}.ko`, 0o644, readFileSync(module.file))),
    file('modules/order', 0o644, kernel.modules.map((module) => `${module.name}\n`).join('')),
    ...scripts,
  ]);
}

/**
 * Ignition and what its `files` stage runs (useradd and the like), with their shared libraries, gzip-compressed.
 *
 * Debian's Ignition relabels what it wrote by running `setfiles`; the guest has no SELinux, so that one takes
 * the list of files and does nothing.
 */
export function makeIgnitionInitramfs(root) {
  const programs = [
    ['usr/bin/ignition', join(root, 'usr/lib/dracut/modules.d/30ignition/ignition')],
    ...['useradd', 'usermod', 'groupadd', 'groupmod'].map((name) => [`usr/sbin/${name}`, `/usr/sbin/${name}`]),
  ];
  const libraries = new Set(programs.flatMap(([, path]) => sharedLibraries(path)));
  return compress([
    ...programs.map(([name, path]) => file(name, 0o755, readFileSync(path))),
    ...[...libraries].map((path) => file(path.slice(1), 0o755, readFileSync(path))),
    file('usr/sbin/setfiles', 0o755, '#!/bin/sh\ncat >/dev/null\n'),
  ]);
}

function sharedLibraries(program) {
  const listing = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [...listing.matchAll(/(?:=>|^)\s*(\/\S+) \(0x/gm)]
    .map((match) => match[1])
    .filter((path) => statSync(path).isFile());
}

function file(path, mode, data) {
  return { path, type: 'file', mode, data };
}

function compress(entries) {
  const folders = new Set();
  for (const { path } of entries) {
    const names = path.split('/').slice(0, -1);
    for (let count = 1; count <= names.length; count++) folders.add(names.slice(0, count).join('/'));
  }
  const made = [...folders].sort().map((path) => ({ path, type: 'folder', mode: 0o755 }));
  return gzipSync(encodeCpio([...made, ...entries]), { level: 6 });
}
