/** The assets that a profile's boot section names on this server. */

import { type Boot, bootSections } from '../../data/boot.ts';
import { onceFor } from '../../data/once-for.ts';
import type { Snapshot } from '../../data/snapshot.ts';

const prefix = '/assets/';

/** Paths below the assets folder of kernel and initrds that are named without a host and without variables. */
export function assetsOf(boot: Boot | undefined): string[] {
  const images = bootSections(boot).flatMap(({ section }) => [section.kernel, ...section.initrd]);
  return images.flatMap((text) => {
    const path = text.split(' ').find((word) => word.startsWith(prefix));
    return path === undefined || /[$%?#{]/.test(path) ? [] : [path.slice(prefix.length)];
  });
}

/** So many profiles, and groups of each, are named. */
const maxNames = 5;

/** Of each snapshot, made when an asset is missing for the first time: whoever asks for more of those costs nothing. */
const indexOf = onceFor(indexNames);

/**
 * Who names an asset, in words for the log: `profile worker (groups node1, node2)`.
 * @param path below the assets folder, without a slash at its beginning
 * @returns undefined when no profile does
 */
export function whoNames(snapshot: Snapshot, path: string): string | undefined {
  return indexOf(snapshot).get(path)?.join('; ');
}

function indexNames(snapshot: Snapshot): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { name, value } of snapshot.groups) {
    const id = value?.profile ?? '';
    const names = groups.get(id);
    if (names === undefined) groups.set(id, [idOf(name)]);
    else names.push(idOf(name));
  }
  const index = new Map<string, string[]>();
  for (const { name, value } of snapshot.profiles) {
    const id = idOf(name);
    for (const asset of assetsOf(value?.boot)) {
      const texts = index.get(asset) ?? [];
      if (texts.length < maxNames) texts.push(`profile ${id}${groupsText(groups.get(id) ?? [])}`);
      index.set(asset, texts);
    }
  }
  return index;
}

function idOf(fileName: string): string {
  return fileName.endsWith('.json') ? fileName.slice(0, -'.json'.length) : fileName;
}

function groupsText(names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > maxNames ? ` and ${names.length - maxNames} more` : '';
  return ` (groups ${names.slice(0, maxNames).join(', ')}${more})`;
}
