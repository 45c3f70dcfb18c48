/** Profiles that boot something, and the lines of their boot sections. */
import { type BootSection, bootSections } from '../../../data/boot.ts';
import type { Profile } from '../../../data/profile.ts';
import type { Described, Project } from '../project.ts';

export interface Bootable {
  readonly profile: Described<Profile>;
  readonly boot: BootSection;
  /** Where the section is in the profile. */
  readonly at: readonly string[];
}

/** Each section of a profile by itself; that for all machines may be empty beside those for some. */
export function bootable({ profiles }: Project): Bootable[] {
  return profiles.flatMap((profile) =>
    bootSections(profile.value.boot).map(({ at, section }) => ({ profile, boot: section, at })),
  );
}

export interface BootLine {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

export function bootLines({ boot: { kernel, initrd, args }, at }: Pick<Bootable, 'boot' | 'at'>): BootLine[] {
  return [
    { path: [...at, 'kernel'], text: kernel },
    ...initrd.map((text, index) => ({ path: [...at, 'initrd', index], text })),
    ...args.map((text, index) => ({ path: [...at, 'args', index], text })),
  ];
}
