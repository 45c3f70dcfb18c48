/** The scripts that iPXE and GRUB run, made from a profile's boot section. Nothing is quoted or escaped, as upstream. */
import type { Boot } from './profile.ts';

/** What `/boot.ipxe` answers: iPXE tells who it is and asks for its script. */
export const ipxeBootstrap = `#!ipxe
chain ipxe?uuid=\${uuid}&mac=\${mac:hexhyp}&domain=\${domain}&hostname=\${hostname}&serial=\${serial}&arch=\${buildarch:uristring}
`;

export function ipxeScript({ kernel, initrd, args }: Boot): string {
  const initrds = initrd.map((image) => `initrd ${image}\n`).join('');
  return `#!ipxe\nkernel ${[kernel, ...args].join(' ')}\n${initrds}boot\n`;
}

/** Two menu entries: the second is for the BIOS, where GRUB has no `linuxefi`, and is the first one's fallback. */
export function grubScript({ kernel, initrd, args }: Boot): string {
  const entry = (firmware: string, suffix: string) =>
    [
      `menuentry "CoreOS (${firmware})" {`,
      'echo "Loading kernel"',
      [`linux${suffix} "${kernel}"`, ...args].join(' '),
      'echo "Loading initrd"',
      `initrd${suffix} ${initrd.map((image) => ` "${image}"`).join('')}`,
      '}\n',
    ].join('\n');
  return `default=0\nfallback=1\ntimeout=1\n${entry('EFI', 'efi')}${entry('BIOS', '')}`;
}
