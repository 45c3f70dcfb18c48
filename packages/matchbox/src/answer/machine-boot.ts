/** Which boot section a machine gets: the profile's, or the one for its architecture. */
import { type Architecture, architectureOf, type Boot, type BootSection } from '../data/boot.ts';
import type { Labels } from '../data/group-index.ts';

export type BootChoice =
  | { readonly kind: 'section'; readonly section: BootSection; readonly architecture: Architecture | undefined }
  /** An iPXE or GRUB for the BIOS, which says i386 on 64-bit machines, too: the loader has to look. */
  | { readonly kind: 'look'; readonly amd64: BootSection; readonly i386: BootSection }
  | { readonly kind: 'none'; readonly architecture: Architecture | undefined };

/**
 * Quirk: iPXE and GRUB for the BIOS are programs of 32 bits, and their `${buildarch}` and `$grub_cpu` say `i386` on any x86 machine
 * (measured with QEMU's ROM). Where a profile has a section for each of the two, the script asks the processor.
 */
export function chooseBoot(boot: Boot, labels: Labels): BootChoice {
  const architecture = architectureOf(labels.get('arch') ?? '');
  const fallback = boot.kernel === '' ? undefined : boot;
  if (boot.arch === undefined) return { kind: 'section', section: boot, architecture };
  const { arch } = boot;
  const written = (name: Architecture) => [...arch].findLast(([word]) => architectureOf(word) === name)?.[1];
  const own = (name: Architecture) => written(name) ?? fallback;
  if (architecture === 'i386') {
    const [i386, amd64] = [written('i386'), own('amd64')];
    if (i386 !== undefined && amd64 !== undefined) return { kind: 'look', amd64, i386 };
    const section = i386 ?? amd64;
    return section === undefined ? { kind: 'none', architecture } : { kind: 'section', section, architecture };
  }
  const section = architecture === undefined ? fallback : own(architecture);
  return section === undefined ? { kind: 'none', architecture } : { kind: 'section', section, architecture };
}
