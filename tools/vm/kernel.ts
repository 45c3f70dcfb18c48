/** Finds a Linux kernel and those of its modules that a guest needs: in an unpacked Debian package, or this system's own. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { errorMessage } from '../error-message.ts';

/** What the guests load: network, disk, and the file system of the installed disk with the two code pages it asks for. */
const WANTED_MODULES = ['virtio_pci', 'virtio_net', 'virtio_blk', 'vfat', 'nls_cp437', 'nls_ascii', 'nls_utf8'];

export interface KernelModule {
  readonly name: string;
  readonly data: Buffer;
}

export interface Kernel {
  /** Path of the image. */
  readonly image: string;
  /** In loading order. */
  readonly modules: readonly KernelModule[];
}

interface Reader {
  readonly suffix: string;
  readonly read: (file: string) => Buffer;
}

/** Distributions compress modules, or not; Node has no reader for the last two. */
const READERS: readonly Reader[] = [
  { suffix: '.ko', read: readFileSync },
  { suffix: '.ko.gz', read: (file) => gunzipSync(readFileSync(file)) },
  { suffix: '.ko.xz', read: (file: string) => readThrough('xz', file) },
  { suffix: '.ko.zst', read: (file: string) => readThrough('zstd', file) },
];

/**
 * The kernel below `root`, the newest by name if there are several: in /boot, as Debian has it, or beside its modules, as
 * Fedora and Arch have it.
 *
 * @throws Error that says where it looked
 */
export function findKernel(root: string): Kernel {
  const modules = ['lib/modules', 'usr/lib/modules'].map((folder) => join(root, folder)).find(existsSync);
  const releases = modules ? readdirSync(modules).sort(naturally).reverse() : [];
  for (const release of releases) {
    if (modules === undefined) break;
    const image = [join(root, 'boot', `vmlinuz-${release}`), join(modules, release, 'vmlinuz')].find(existsSync);
    if (!image || !existsSync(join(modules, release, 'kernel'))) continue;
    return { image, modules: inLoadingOrder(modulesBelow(join(modules, release, 'kernel')), WANTED_MODULES) };
  }
  throw new Error(
    `there is no Linux kernel with its modules in ${join(root, 'boot')} and ${join(root, 'lib/modules')}`,
  );
}

function naturally(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** All modules by name; dashes and underscores mean the same in module names. */
function modulesBelow(folder: string): Map<string, string> {
  const byName = new Map<string, string>();
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const name = path.match(/([^/]+)\.ko(?:\.\w+)?$/)?.[1];
    if (name) byName.set(name.replaceAll('-', '_'), join(folder, path));
  }
  return byName;
}

function inLoadingOrder(byName: ReadonlyMap<string, string>, wanted: readonly string[]): KernelModule[] {
  const ordered = new Map<string, KernelModule>();
  const visit = (name: string, neededBy?: string): void => {
    if (ordered.has(name)) return;
    const file = byName.get(name);
    if (!file) {
      // What is asked for may be built in, what a module depends on may not.
      if (neededBy) throw new Error(`kernel module ${name}, needed by ${neededBy}, is not in the kernel package`);
      return;
    }
    const data = readModule(file);
    for (const dependency of dependenciesOf(data)) visit(dependency.replaceAll('-', '_'), name);
    ordered.set(name, { name, data });
  };
  for (const name of wanted) visit(name);
  return [...ordered.values()];
}

function readModule(file: string): Buffer {
  const reader = READERS.find(({ suffix }) => file.endsWith(suffix));
  if (!reader) throw new Error(`${file} is compressed in a way that is not known here (wanted: .ko, .gz, .xz or .zst)`);
  return reader.read(file);
}

function readThrough(program: string, file: string): Buffer {
  try {
    return execFileSync(program, ['-dc', file], { maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (cause) {
    throw new Error(`${program} cannot unpack ${file}: ${errorMessage(cause)}; is ${program} installed?`, { cause });
  }
}

/** The `depends=` entry of the module's .modinfo section, a NUL-terminated string. */
function dependenciesOf(data: Buffer): string[] {
  const found = data.toString('latin1').match(/\0depends=([^\0]*)\0/);
  return found?.[1] ? found[1].split(',') : [];
}
