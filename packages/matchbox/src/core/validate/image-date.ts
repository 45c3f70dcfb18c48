/** How old an operating system's image is, by its file name, and which Ignition it therefore cannot have. */
import type { Profile } from '../profile.ts';

/**
 * Ignition spec version → the day on which the first Ignition was released that reads it; 3.0.0 is as old as Fedora CoreOS.
 * An image from before that day does not read it; of a later one nothing is said, since it may have an older Ignition.
 * Sources: https://coreos.github.io/ignition/specs/ (which release reads which version) and
 * https://coreos.github.io/ignition/release-notes/ (2.3.0, 2.7.0, 2.11.0, 2.15.0, 2.20.0). For 3.6.0 it is the day on which
 * it became stable (https://github.com/coreos/ignition/pull/2202), as the releases before only know a draft of it.
 */
export const firstDays = [
  ['3.1.0', '2020-05-05'],
  ['3.2.0', '2020-10-13'],
  ['3.3.0', '2021-06-25'],
  ['3.4.0', '2023-02-21'],
  ['3.5.0', '2024-10-22'],
  ['3.6.0', '2026-02-11'],
] as const;

/** Flatcar (as Container Linux) read nothing but spec 2.x before 3185.0.0, of 2022-03-21: its documents on Ignition v3. */
export const firstFlatcarWithSpec3 = 3185;
const newestSpec2 = '2.3.0';

interface Image {
  /** `2024-11-12` */
  readonly date: string;
  readonly readsSpec3: boolean;
}

/** @returns undefined where the kernel's name does not tell */
export function imageOf({ boot }: Profile): Image | undefined {
  const kernel = boot?.kernel ?? '';
  const [, year, month, day] = /fedora-coreos-\d+\.(\d{4})(\d{2})(\d{2})\./.exec(kernel) ?? [];
  if (year !== undefined) return { date: `${year}-${month}-${day}`, readsSpec3: true };
  // The major number counts the days since Container Linux began, until the release's branch was made.
  const days = Number(/(?:flatcar|coreos|core-os).*?\/(\d{3,4})\.\d+\.\d+\//.exec(kernel)?.[1] ?? Number.NaN);
  if (Number.isNaN(days)) return undefined;
  const date = new Date(Date.UTC(2013, 6, 1) + days * 86_400_000).toISOString().slice(0, 10);
  return { date, readsSpec3: days >= firstFlatcarWithSpec3 };
}

/** @returns the newest spec version that a profile's image can read; undefined where nothing is known against any */
export function newestSpecOf(profile: Profile): string | undefined {
  const image = imageOf(profile);
  if (image === undefined) return undefined;
  if (!image.readsSpec3) return newestSpec2;
  const unread = firstDays.findIndex(([, firstDay]) => image.date < firstDay);
  if (unread < 0) return undefined;
  return firstDays[unread - 1]?.[0] ?? '3.0.0';
}
