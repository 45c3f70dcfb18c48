/** A machine that is none in particular: what boot loaders send by themselves, with a value for each label. */
import type { Labels } from '../data/group-index.ts';

/** Labels that boot loaders send by themselves (`/boot.ipxe`), all in lower case. */
export const bootLabels = ['uuid', 'mac', 'domain', 'hostname', 'serial', 'arch'] as const;

export type BootLabel = (typeof bootLabels)[number];

/** Values that no real machine has, but for the architecture: templates ask which one it is. */
export const madeUpLabels: Labels = new Map<BootLabel, string>([
  ['uuid', '00000000-0000-4000-8000-000000000001'],
  ['mac', '02:00:00:00:00:01'],
  ['domain', 'example.com'],
  ['hostname', 'machine'],
  ['serial', 'serial'],
  ['arch', 'x86_64'],
]);

/**
 * Labels of a machine that a group was written for: its selectors, and what boot loaders send besides.
 * @param isRight whether matching does with these labels what it does with the selectors alone: another group may
 * select by what is made up
 * @returns undefined where not even the selectors do
 */
export function machineLabels(selector: Labels, isRight: (labels: Labels) => boolean): Labels | undefined {
  const full = new Map(madeUpLabels);
  for (const [label, value] of selector) full.set(label, value);
  if (isRight(full)) return full;
  const bare = new Map(full);
  for (const label of bootLabels) {
    if (selector.has(label)) continue;
    bare.delete(label);
    if (isRight(bare)) return bare;
  }
  return isRight(selector) ? selector : undefined;
}
