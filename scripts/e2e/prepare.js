// Makes what the tests boot: kernel, initramfs files and disk image. Downloads are kept in the git-ignored folder .vm/.
// `node scripts/e2e/prepare.js` makes it all in .vm/assets/.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeInitramfs } from '../vm/initramfs.js';
import { findKernel } from '../vm/kernel.js';
import { cache, unpackPackage } from '../vm/packages.js';
import { makeInstallImage } from './grub.js';
import { makeIgnitionInitramfs } from './ignition-initramfs.js';
import { assertInstalled, wantedPackages } from './packages.js';

const DISK_BYTES = 24 * 1024 * 1024;

/** Makes everything in the folder `assets`, for the server to serve. */
export function prepare(assets) {
  const wanted = wantedPackages();
  assertInstalled(wanted.install);
  const roots = new Map(wanted.unpack.map((name) => [name, unpackPackage(name)]));
  mkdirSync(assets, { recursive: true });
  const work = mkdtempSync(join(cache, 'work-'));
  const kernel = findKernel(roots.get('linux-image-cloud-amd64'));
  copyFileSync(kernel.image, join(assets, 'vmlinuz'));
  const modes = new URL('guest/', import.meta.url);
  writeFileSync(join(assets, 'initramfs.gz'), makeInitramfs(kernel, '/bin/busybox', modes));
  writeFileSync(join(assets, 'ignition.gz'), makeIgnitionInitramfs(roots.get('ignition')));
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
