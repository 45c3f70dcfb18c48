/** Rules about boot sections for architectures: words that mean none, or the same one twice, and sections that boot nothing. */
import { type Architecture, architectureOf, architectureWords } from '../../../data/boot.ts';
import { suggestion } from '../edit-distance.ts';
import type { Remark } from '../finding.ts';
import { type Project, remarkAt, remarkAtKey } from '../project.ts';

const known = Object.entries(architectureWords).flatMap(([name, words]) => [name, ...words]);

export function bootArchRule({ profiles }: Project): Remark[] {
  return profiles.flatMap((profile) => {
    const seen = new Map<Architecture, string>();
    return Array.from(profile.value.boot?.arch ?? []).flatMap(([word, { kernel }]) => {
      const at = ['boot', 'arch', word];
      const architecture = architectureOf(word);
      if (architecture === undefined) {
        const message = `${JSON.stringify(word)} is no architecture that machines say they have${suggestion(word.toLowerCase(), known) || '; wanted amd64, arm64, i386, …'}`;
        return remarkAtKey(profile, at, message);
      }
      const other = seen.get(architecture);
      seen.set(architecture, word);
      if (other !== undefined) return remarkAtKey(profile, at, `${JSON.stringify(other)} means the same machines`);
      return kernel === '' ? remarkAt(profile, at, `machines with ${word} boot nothing: there is no kernel`) : [];
    });
  });
}

/** Whoever says another architecture, or none, gets the common section. */
export function bootCommonRule({ profiles }: Project): Remark[] {
  return profiles.flatMap((profile) => {
    const { kernel = '', ipxeId = '', grubId = '', arch = new Map<string, unknown>() } = profile.value.boot ?? {};
    if (arch.size === 0 || kernel !== '' || ipxeId !== '' || grubId !== '') return [];
    const words = [...arch.keys()].join(' or ');
    const message = `machines that do not say they are ${words} boot nothing: their kernel is that of "boot" itself, which has none`;
    return remarkAt(profile, ['boot'], message);
  });
}
