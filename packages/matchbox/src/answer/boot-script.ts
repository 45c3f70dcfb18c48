/** The scripts that iPXE and GRUB run, made from a profile's boot section. Nothing is quoted or escaped, as upstream. */
import type { BootSection } from '../data/boot.ts';

/** What `/boot.ipxe` answers: iPXE tells who it is and asks for its script. */
export const ipxeBootstrap = `#!ipxe
chain ipxe?uuid=\${uuid}&mac=\${mac:hexhyp}&domain=\${domain}&hostname=\${hostname}&serial=\${serial}&arch=\${buildarch:uristring}
`;

export function ipxeScript(section: BootSection): string {
  return `#!ipxe\n${ipxeLines(section)}`;
}

function ipxeLines({ kernel, initrd, args }: BootSection): string {
  const initrds = initrd.map((image) => `initrd ${image}\n`).join('');
  return `kernel ${[kernel, ...args].join(' ')}\n${initrds}boot\n`;
}

/** Bit 29 of CPUID's extended features is the long mode, in which a processor has 64 bits. */
export function ipxeLookingScript(amd64: BootSection, i386: BootSection): string {
  return `#!ipxe\ncpuid --ext 29 && goto amd64 ||\n${ipxeLines(i386)}:amd64\n${ipxeLines(amd64)}`;
}

/** Two menu entries: the second is for the BIOS, where GRUB has no `linuxefi`, and is the first one's fallback. */
export function grubScript(section: BootSection): string {
  return `${grubHead}${grubEntries(section)}`;
}

const grubHead = 'default=0\nfallback=1\ntimeout=1\n';

function grubEntries({ kernel, initrd, args }: BootSection): string {
  const entry = (firmware: string, suffix: string) =>
    [
      `menuentry "CoreOS (${firmware})" {`,
      'echo "Loading kernel"',
      [`linux${suffix} "${kernel}"`, ...args].join(' '),
      'echo "Loading initrd"',
      `initrd${suffix} ${initrd.map((image) => ` "${image}"`).join('')}`,
      '}\n',
    ].join('\n');
  return `${entry('EFI', 'efi')}${entry('BIOS', '')}`;
}

/** The same question, in GRUB's words. */
export function grubLookingScript(amd64: BootSection, i386: BootSection): string {
  return `${grubHead}if cpuid -l; then\n${grubEntries(amd64)}else\n${grubEntries(i386)}fi\n`;
}
