/** What runs from memory and changes nothing: a system to repair with, and a test of the memory. */
import { answersChecked, labels, onlyAnswersChecked, type Recipe } from '../recipe.ts';

const alpine = 'http://dl-cdn.alpinelinux.org/alpine/v3.22';
const netboot = `${alpine}/releases/x86_64/netboot`;

export const rescue: Recipe = {
  about: 'a rescue system: Alpine Linux in memory, with a login by SSH',
  ...onlyAnswersChecked('Alpine'),
  isForAnyone: true,
  profiles: (url) => ({
    rescue: {
      name: 'Rescue system: Alpine Linux in memory (1 GB of RAM)',
      boot: {
        kernel: `${netboot}/vmlinuz-lts`,
        initrd: [`--name main ${netboot}/initramfs-lts`],
        args: [
          'initrd=main',
          'ip=dhcp',
          'modules=loop,squashfs',
          `modloop=${netboot}/modloop-lts`,
          `alpine_repo=${alpine}/main`,
          // Whose URL this is may log in as root.
          `ssh_key=${url}/generic?${labels}`,
          'console=ttyS0',
          'console=tty0',
        ],
      },
      generic_id: 'authorized-keys',
      provision: { ephemeral: true, hold_at: 'script' },
    },
  }),
  templates: () => ({ 'generic/authorized-keys': '{{range .ssh_authorized_keys}}{{.}}\n{{end}}' }),
};

export const memtest: Recipe = {
  about: 'Memtest86+ from a menu, or the disk when nobody chooses',
  ...answersChecked('iPXE runs the menu in the end-to-end tests; Memtest86+ never ends and never reports'),
  isForAnyone: true,
  profiles: () => ({
    memtest: { name: 'Memory test from a menu', boot: { ipxe_id: 'memtest.ipxe', grub_id: 'memtest.grub' } },
  }),
  templates: () => ({
    'generic/memtest.ipxe': `#!ipxe
menu {{.hostname}}
item disk   Boot from disk
item memory Test the memory
choose --default disk --timeout 10000 sel && goto \${sel} || goto disk
:memory
kernel /assets/memtest86+x64.bin && boot || goto disk
:disk
iseq \${platform} efi && goto efi ||
sanboot --no-describe --drive 0x80 || exit
:efi
exit 1
`,
    'generic/memtest.grub': `set default=disk
set timeout=10
menuentry "Boot {{.hostname}} from disk" --id disk {
  exit 1
}
menuentry "Test the memory" --id memory {
  linux /assets/memtest86+x64.bin
}
`,
  }),
  before: () => ['put /boot/memtest86+x64.bin of Debian’s package memtest86+ to assets/'],
};
