/** How old an operating system's image is, by its file name, and which Ignition it therefore cannot have. */
import type { Profile } from '../profile.ts';

/**
 * Ignition spec version → a day before the first Ignition that reads it was released
 * (https://coreos.github.io/ignition/specs: 2.7.0, 2.11.0, 2.15.0, 2.20.0). An image from before that day does not read it;
 * of a later one nothing is said.
 */
const specs = [
  { before: '2020-10-01', newest: '3.1.0' },
  { before: '2021-06-01', newest: '3.2.0' },
  { before: '2022-12-01', newest: '3.3.0' },
  { before: '2024-10-01', newest: '3.4.0' },
];

/** @returns `2024-11-12`, or undefined where the name does not tell */
export function imageDate({ boot }: Profile): string | undefined {
  const kernel = boot?.kernel ?? '';
  const [, year, month, day] = /fedora-coreos-\d+\.(\d{4})(\d{2})(\d{2})\./.exec(kernel) ?? [];
  if (year !== undefined) return `${year}-${month}-${day}`;
  // Flatcar counts the days since CoreOS began, as CoreOS did.
  const days = /flatcar.*?\/(\d{4})\.\d+\.\d+\//.exec(kernel)?.[1];
  if (days === undefined) return undefined;
  return new Date(Date.UTC(2013, 6, 1) + Number(days) * 86_400_000).toISOString().slice(0, 10);
}

export function newestSpecAt(date: string | undefined): string | undefined {
  return date === undefined ? undefined : specs.find(({ before }) => date < before)?.newest;
}
