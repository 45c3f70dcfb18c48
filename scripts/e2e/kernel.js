// Finds the unpacked Debian kernel and those of its modules that a machine of the tests needs.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the guests load: network, disk, and the file system of the installed disk with the two code pages it asks for. */
const WANTED_MODULES = ['virtio_pci', 'virtio_net', 'virtio_blk', 'vfat', 'nls_cp437', 'nls_ascii', 'nls_utf8'];

/** The kernel image and its modules in loading order: `{ image, modules: [{ name, file }] }`, all absolute paths. */
export function findKernel(root) {
  const boot = join(root, 'boot');
  const image = readdirSync(boot).find((name) => name.startsWith('vmlinuz-'));
  if (!image) throw new Error(`no vmlinuz-* in ${boot}; remove the cache folder and try again`);
  const folder = join(root, 'lib/modules', image.slice('vmlinuz-'.length), 'kernel');
  return { image: join(boot, image), modules: inLoadingOrder(modulesBelow(folder), WANTED_MODULES) };
}

/** All modules by name; dashes and underscores mean the same in module names. */
function modulesBelow(folder) {
  const byName = new Map();
  for (const path of readdirSync(folder, { recursive: true })) {
    const name = path.match(/([^/]+)\.ko$/)?.[1];
    if (name) byName.set(name.replaceAll('-', '_'), join(folder, path));
  }
  return byName;
}

function inLoadingOrder(byName, wanted) {
  const ordered = new Map();
  const visit = (name, neededBy) => {
    if (ordered.has(name)) return;
    const file = byName.get(name);
    if (!file) {
      // What is asked for may be built in, what a module depends on may not.
      if (neededBy) throw new Error(`kernel module ${name}, needed by ${neededBy}, is not in the kernel package`);
      return;
    }
    for (const dependency of dependenciesOf(file)) visit(dependency.replaceAll('-', '_'), name);
    ordered.set(name, { name, file });
  };
  for (const name of wanted) visit(name, undefined);
  return [...ordered.values()];
}

/** The `depends=` entry of the module's .modinfo section, a NUL-terminated string. */
function dependenciesOf(file) {
  const found = readFileSync(file)
    .toString('latin1')
    .match(/\0depends=([^\0]*)\0/);
  return found?.[1] ? found[1].split(',') : [];
}
