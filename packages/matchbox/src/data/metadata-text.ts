/** A value of a group's metadata as a text that can be looked for. */
import type { GroupEntry } from './file-entry.ts';

/** @returns undefined where there is none of this key, or a list or an object */
export function metadataText(group: GroupEntry | undefined, key: string): string | undefined {
  const value = group?.value?.metadata?.get(key);
  return typeof value === 'object' || value === undefined ? undefined : `${value}`;
}
