// Makes what the tests boot, in the git-ignored folder .e2e/: kernel, initramfs files and disk image under assets/.
// Run by itself it prepares and says so; the tests run it first. Only downloading is cached.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeInstallImage } from './grub.js';
import { makeBaseInitramfs, makeIgnitionInitramfs } from './initramfs.js';
import { findKernel } from './kernel.js';
import { assertInstalled, unpackPackages, wantedPackages } from './packages.js';

const cache = fileURLToPath(new URL('../../.e2e/', import.meta.url));
const DISK_BYTES = 24 * 1024 * 1024;

/** Prepares everything and answers `{ cache, assets }`, the folder for scratch files and the one that the server serves. */
export function prepare() {
  const wanted = wantedPackages();
  assertInstalled(wanted.install);
  const assets = join(cache, 'assets');
  const work = join(cache, 'work');
  for (const folder of [cache, assets, work]) mkdirSync(folder, { recursive: true });
  const root = unpackPackages(wanted.unpack, cache);
  const kernel = findKernel(root);
  copyFileSync(kernel.image, join(assets, 'vmlinuz'));
  writeFileSync(join(assets, 'initramfs.gz'), makeBaseInitramfs(kernel));
  writeFileSync(join(assets, 'ignition.gz'), makeIgnitionInitramfs(root));
  makeInstallImage(
    join(assets, 'install.img'),
    join(assets, 'vmlinuz'),
    join(assets, 'initramfs.gz'),
    DISK_BYTES,
    work,
  );
  return { cache, assets };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(`prepared ${prepare().assets}`);
  } catch (error) {
    console.error(`prepare: ${error.message}`);
    process.exitCode = 1;
  }
}
