/** Makes the small Linux that is booted when nothing has to be downloaded but, on Debian, a kernel of 27 MB. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage } from '../error-message.ts';
import { makeInitramfs } from '../vm/initramfs.ts';
import { findKernel, type Kernel } from '../vm/kernel.ts';
import { unpackPackage } from '../vm/packages.ts';
import { findProgram } from './requirements.ts';

const modes = new URL('guest/', import.meta.url);

/** Where kernels are looked for, in this order. */
const SOURCES = [
  { about: 'this system’s own kernel', root: () => '/' },
  {
    about: 'Debian’s kernel for virtual machines, unpacked and not installed',
    root: () => unpackPackage('linux-image-cloud-amd64'),
  },
];

const OTHERWISE = 'npm run try -- --os flatcar boots a downloaded system instead';

/**
 * Writes `vmlinuz` and `initramfs.gz` into the folder `assets`. Answers where the kernel is from.
 *
 * @throws Error that says what was tried, where this system has no kernel that can be used.
 */
export function makeSmallSystem(assets: string): string {
  if (process.arch !== 'x64') {
    throw new Error(
      `the small Linux is made of this computer’s own programs, and needs an x86-64 one, not ${process.arch}; ${OTHERWISE}`,
    );
  }
  const kernel = chooseKernel();
  mkdirSync(assets, { recursive: true });
  copyFileSync(kernel.image, join(assets, 'vmlinuz'));
  writeFileSync(join(assets, 'initramfs.gz'), makeInitramfs(kernel, findProgram('busybox')!, modes));
  return kernel.about;
}

function chooseKernel(): Kernel & { readonly about: string } {
  const obstacles: string[] = [];
  // Where packages can be had, what is known to boot goes before what happens to be there.
  const sources = findProgram('apt-get') ? [...SOURCES].reverse() : SOURCES;
  for (const { about, root } of sources) {
    try {
      return { ...findKernel(root()), about };
    } catch (error) {
      obstacles.push(`  ${about}: ${errorMessage(error)}`);
    }
  }
  throw new Error(`there is no Linux kernel to boot; ${OTHERWISE}:\n${obstacles.join('\n')}`);
}
