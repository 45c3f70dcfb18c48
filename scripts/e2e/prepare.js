// Makes what the tests boot: kernel, initramfs files and disk image. Downloads are kept in the git-ignored folder .e2e/.
// `node scripts/e2e/prepare.js` makes it all in .e2e/assets/.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeInstallImage } from './grub.js';
import { makeBaseInitramfs, makeIgnitionInitramfs } from './initramfs.js';
import { findKernel } from './kernel.js';
import { assertInstalled, unpackPackages, wantedPackages } from './packages.js';

/** The folder for downloads and scratch files. */
export const cache = fileURLToPath(new URL('../../.e2e/', import.meta.url));
const DISK_BYTES = 24 * 1024 * 1024;

/** Makes everything in the folder `assets`, for the server to serve. */
export function prepare(assets) {
  const wanted = wantedPackages();
  assertInstalled(wanted.install);
  const root = unpackPackages(wanted.unpack, cache);
  mkdirSync(assets, { recursive: true });
  const work = mkdtempSync(join(cache, 'work-'));
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
  rmSync(work, { recursive: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const assets = join(cache, 'assets');
    prepare(assets);
    console.log(`prepared ${assets}`);
  } catch (error) {
    console.error(`prepare: ${error.message}`);
    process.exitCode = 1;
  }
}
