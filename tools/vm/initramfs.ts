/** Makes the initial file system of a guest: BusyBox, kernel modules and /init, which does what a script in /modes says. */
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { type ArchiveEntry, encodeCpio } from './cpio.ts';
import type { Kernel } from './kernel.ts';

const guest = new URL('guest/', import.meta.url);

/**
 * The whole first file system, gzip-compressed.
 *
 * @param busybox path of a BusyBox that needs no shared libraries
 * @param modes URL of a folder of scripts; `NAME.sh` is what a machine with the kernel argument `guest.mode=NAME` does
 */
export function makeInitramfs(kernel: Kernel, busybox: string, modes: URL): Buffer {
  const scripts = readdirSync(guest).map((name) => fileEntry(name, 0o755, readFileSync(new URL(name, guest))));
  return compressArchive([
    fileEntry('bin/busybox', 0o755, readFileSync(busybox)),
    ...kernel.modules.map(({ name, data }) => fileEntry(`modules/${name}.ko`, 0o644, data)),
    fileEntry('modules/order', 0o644, kernel.modules.map(({ name }) => `${name}\n`).join('')),
    ...scripts,
    ...readdirSync(modes).map((name) => fileEntry(`modes/${name}`, 0o755, readFileSync(new URL(name, modes)))),
  ]);
}

/** One file of an archive; the folders above it come by themselves. */
export function fileEntry(path: string, mode: number, data: string | Uint8Array): ArchiveEntry {
  return { path, type: 'file', mode, data };
}

/** Files as a gzip-compressed archive, which the kernel unpacks on top of what is there. */
export function compressArchive(entries: readonly ArchiveEntry[]): Buffer {
  const folders = new Set<string>();
  for (const { path } of entries) {
    const names = path.split('/').slice(0, -1);
    for (let count = 1; count <= names.length; count++) folders.add(names.slice(0, count).join('/'));
  }
  const made = [...folders].sort().map((path) => ({ path, type: 'folder', mode: 0o755 }) as const);
  return gzipSync(encodeCpio([...made, ...entries]), { level: 6 });
}
