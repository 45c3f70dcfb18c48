/** Where distributions keep kernel and initrd in their ISO images. */
import type { IsoImage } from './iso-image.ts';

interface Layout {
  readonly system: string;
  readonly kernel: string;
  readonly initrd: string;
  /** What is loaded besides, where it is there. */
  readonly more?: readonly string[];
}

/** The first that is there counts. Sources: the vendors' own boot menus (`isolinux.cfg`, `grub.cfg`) of the images. */
export const layouts: readonly Layout[] = [
  { system: 'Ubuntu', kernel: 'casper/vmlinuz', initrd: 'casper/initrd' },
  { system: 'Ubuntu', kernel: 'casper/vmlinuz', initrd: 'casper/initrd.lz' },
  { system: 'Debian', kernel: 'install.amd/vmlinuz', initrd: 'install.amd/initrd.gz' },
  { system: 'Debian', kernel: 'install.a64/vmlinuz', initrd: 'install.a64/initrd.gz' },
  { system: 'a live Debian', kernel: 'live/vmlinuz', initrd: 'live/initrd.img' },
  {
    system: 'Fedora or its family',
    kernel: 'images/pxeboot/vmlinuz',
    initrd: 'images/pxeboot/initrd.img',
    more: ['images/pxeboot/rootfs.img'],
  },
  { system: 'SUSE', kernel: 'boot/x86_64/loader/linux', initrd: 'boot/x86_64/loader/initrd' },
  { system: 'SUSE', kernel: 'boot/aarch64/linux', initrd: 'boot/aarch64/initrd' },
  { system: 'Proxmox', kernel: 'boot/linux26', initrd: 'boot/initrd.img' },
  { system: 'Talos', kernel: 'boot/vmlinuz', initrd: 'boot/initramfs.xz' },
  { system: 'Alpine', kernel: 'boot/vmlinuz-lts', initrd: 'boot/initramfs-lts', more: ['boot/modloop-lts'] },
  { system: 'Alpine', kernel: 'boot/vmlinuz-virt', initrd: 'boot/initramfs-virt', more: ['boot/modloop-virt'] },
  {
    system: 'Arch Linux',
    kernel: 'arch/boot/x86_64/vmlinuz-linux',
    initrd: 'arch/boot/x86_64/initramfs-linux.img',
  },
];

export interface FoundLayout {
  readonly system: string;
  readonly kernel: string;
  readonly initrd: string;
  /** All of them, the kernel first. */
  readonly paths: readonly string[];
}

/** @returns undefined where the image is laid out as none that is known */
export async function findLayout(image: IsoImage): Promise<FoundLayout | undefined> {
  for (const { system, kernel, initrd, more = [] } of layouts) {
    if ((await image.find(kernel)) === undefined || (await image.find(initrd)) === undefined) continue;
    const extra: string[] = [];
    for (const path of more) if ((await image.find(path)) !== undefined) extra.push(path);
    return { system, kernel, initrd, paths: [kernel, initrd, ...extra] };
  }
  return undefined;
}
