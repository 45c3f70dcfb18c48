/**
 * Makes what the tests boot: kernel, initramfs files and disk image. Downloads are kept in the git-ignored folder .vm/.
 * `node tools/run.js tests/e2e/prepare.ts` makes it all in .vm/assets/.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorMessage } from '../../tools/error-message.ts';
import { makeInitramfs } from '../../tools/vm/initramfs.ts';
import { findKernel } from '../../tools/vm/kernel.ts';
import { cache, unpackPackage } from '../../tools/vm/packages.ts';
import { makeInstallImage } from './grub.ts';
import { makeIgnitionInitramfs } from './ignition-initramfs.ts';
import { assertInstalled, wantedPackages } from './packages.ts';

const DISK_BYTES = 24 * 1024 * 1024;

/** Makes everything in the folder `assets`, for the server to serve. */
export function prepare(assets: string): void {
  const wanted = wantedPackages();
  assertInstalled(wanted.install);
  const roots = new Map(wanted.unpack.map((name) => [name, unpackPackage(name)]));
  mkdirSync(assets, { recursive: true });
  const work = mkdtempSync(join(cache, 'work-'));
  const kernel = findKernel(roots.get('linux-image-cloud-amd64')!);
  copyFileSync(kernel.image, join(assets, 'vmlinuz'));
  const modes = new URL('guest/', import.meta.url);
  writeFileSync(join(assets, 'initramfs.gz'), makeInitramfs(kernel, '/bin/busybox', modes));
  writeFileSync(join(assets, 'ignition.gz'), makeIgnitionInitramfs(roots.get('ignition')!));
  makeInstallImage({
    path: join(assets, 'install.img'),
    kernelImage: join(assets, 'vmlinuz'),
    initramfs: join(assets, 'initramfs.gz'),
    sizeBytes: DISK_BYTES,
    work,
  });
  rmSync(work, { recursive: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const assets = join(cache, 'assets');
    prepare(assets);
    console.log(`prepared ${assets}`);
  } catch (error) {
    console.error(`prepare: ${errorMessage(error)}`);
    process.exitCode = 1;
  }
}
