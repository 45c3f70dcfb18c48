/** Boot scripts that send a machine to its disk: what works differs by firmware and by loader. */
import { encodeBytes } from '@matchbox/gotext';
import type { provisionWords } from '../data/provision.ts';

/**
 * `auto` and `sanboot` ask the firmware for the first disk and give the machine back when there is none. `exit` ends the loader
 * as if all were well, `exit-1` as if it had failed, `not-found` answers 404, which ends a chain of scripts.
 */
export type DiskMethod = (typeof provisionWords.diskBoot)[number];

/** Bytes for iPXE, or undefined where the answer is a 404. @param why is shown on the machine's screen */
export function ipxeDiskScript(method: DiskMethod, why: string): Uint8Array | undefined {
  if (method === 'not-found') return undefined;
  return encodeBytes(`#!ipxe\necho Booting from disk: ${printable(why)}\n${ipxeBody[method]}`);
}

/**
 * Quirk: UEFI ends its boot loop at a plain `exit` (EFI_SUCCESS) and shows its menu; it goes on to the disk at `exit 1`
 * (tinkerbell/tinkerbell#984). iPXE knows `sanboot` of a local disk under UEFI since 2024-03 (ipxe/ipxe, commit b1c13cc); older ones fail and go on.
 */
const ipxeBody: Readonly<Record<Exclude<DiskMethod, 'not-found'>, string>> = {
  auto: 'iseq ${platform} efi && goto efi ||\nsanboot --no-describe --drive 0x80 || exit\n:efi\nsanboot --no-describe --drive 0 || exit 1\n',
  sanboot: 'sanboot --no-describe --drive 0x80 || sanboot --no-describe --drive 0 || exit 1\n',
  exit: 'exit\n',
  'exit-1': 'exit 1\n',
};

/** Loaders that GRUB looks for on every disk, in this order; the fallback path comes last, since it may name a loader that is not there. */
const grubLoaders = [
  '/efi/debian/shimx64.efi',
  '/efi/ubuntu/shimx64.efi',
  '/efi/fedora/shimx64.efi',
  '/efi/redhat/shimx64.efi',
  '/efi/centos/shimx64.efi',
  '/efi/rocky/shimx64.efi',
  '/efi/almalinux/shimx64.efi',
  '/efi/opensuse/shim.efi',
  '/efi/Microsoft/Boot/bootmgfw.efi',
  '/efi/boot/bootx64.efi',
  '/efi/boot/bootaa64.efi',
];

/** Bytes for GRUB, or undefined where the answer is a 404. */
export function grubDiskScript(method: DiskMethod, why: string): Uint8Array | undefined {
  if (method === 'not-found') return undefined;
  const told = `echo "Booting from disk: ${printable(why).replace(/["$`\\]/g, '')}"\n`;
  if (method === 'exit') return encodeBytes(`${told}exit\n`);
  if (method === 'exit-1') return encodeBytes(`${told}exit 1\n`);
  const searches = grubLoaders.map(
    (path) => `  if search --no-floppy --file --set=root ${path}; then chainloader ${path}; boot; fi\n`,
  );
  return encodeBytes(
    `${told}if [ "$grub_platform" = "efi" ]; then\n${searches.join('')}  exit 1\nelse\n  set root=(hd0)\n  chainloader +1\n  boot\nfi\n`,
  );
}

/**
 * Quirk: iPXE has no quotes (src/core/exec.c). `||`, `&&` and `;` that stand alone end a command wherever they are, and what follows is the next one
 * (src/core/exec.c, command_terminator).
 * @param text on one line
 */
export function withoutOperators(text: string): string {
  return text.replace(/(?<![^ ])(?:\|\||&&|;)(?![^ ])/g, (operator) => (operator === ';' ? ',' : operator[0]!));
}

/** One line of what any screen shows; `$` begins a variable in both loaders. */
function printable(why: string): string {
  return withoutOperators(
    why
      .replace(/[^ -~]/g, '?')
      .replaceAll('$', 'S')
      .slice(0, 200),
  );
}
