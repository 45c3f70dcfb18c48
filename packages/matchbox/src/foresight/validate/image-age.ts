/** How old an operating system's image is, by its file name, and which Ignition it therefore cannot have. */
import { findSpecVersion, firstDays, firstFlatcarWithSpec3, firstOpenshift, minorOf } from '@matchbox/ignition';
import { bootSections } from '../../data/boot.ts';
import type { Profile } from '../../data/profile.ts';

const newestSpec2 = '2.3.0';

/** Of later minor releases of OpenShift 4 nothing is said: their Ignition may be newer than what Butane lets them use. */
const lastJudgedOpenshift = 17;

/** OpenShift 4 minor release, the last that reads no later spec → that spec version; the first ones read spec 2 only. */
export const openshiftReleases: readonly (readonly [number, string])[] = openshiftSteps();

function openshiftSteps(): [number, string][] {
  const steps = firstOpenshift.filter(([, first]) => first <= lastJudgedOpenshift);
  const lasts = [...steps.map(([, first]) => first - 1), lastJudgedOpenshift];
  return [newestSpec2, ...steps.map(([version]) => version)].map((version, i) => [lasts[i]!, version]);
}

export interface Image {
  /** As people call it: `OpenShift 4.7`, `Fedora CoreOS of 2022-09-06`. */
  readonly name: string;
  /** The newest spec version that it can read; undefined where nothing is known against any. */
  readonly newestSpec: string | undefined;
}

/** @returns undefined where the names of kernel, initrd and root file system do not tell */
export function imageOf({ boot }: Profile): Image | undefined {
  for (const { section } of bootSections(boot)) {
    const { kernel, initrd, args } = section;
    for (const text of [kernel, ...initrd, ...args.filter((arg) => arg.includes('rootfs_url'))]) {
      const image = openshiftImage(text) ?? fedoraImage(text) ?? flatcarImage(text);
      if (image !== undefined) return image;
    }
  }
  return undefined;
}

/** @returns the newest spec version that a profile's image can read; undefined where nothing is known against any */
export function newestSpecOf(profile: Profile): string | undefined {
  return imageOf(profile)?.newestSpec;
}

/** Whether an image cannot read a spec version; of versions or limits that are not known nothing is said against it. */
export function isNewerSpec(version: string | undefined, limit: string | undefined): boolean {
  const spec = version === undefined ? undefined : findSpecVersion(version);
  if (spec === undefined || limit === undefined) return false;
  const known = findSpecVersion(limit);
  return known === undefined || minorOf(spec) > minorOf(known);
}

function openshiftImage(path: string): Image | undefined {
  if (!/rhcos/i.test(path)) return undefined;
  const minor = openshiftMinor(path);
  if (minor === undefined) return undefined;
  return { name: `OpenShift 4.${minor}`, newestSpec: openshiftReleases.find(([last]) => minor <= last)?.[1] };
}

/** `rhcos-4.7.7-…`, `…/rhcos/4.7/…`, `rhcos-47.83.2021…`; the builds of 4.1 were called 410.8. */
function openshiftMinor(path: string): number | undefined {
  const build = /rhcos-4(\d{1,2})\.(\d{1,3})\.20\d{6}/i.exec(path);
  if (build !== null) return Number(build[2]!.length === 1 ? build[1]![0] : build[1]);
  const release =
    /(?:rhcos|ocp|openshift)[-_/]?v?4\.(\d{1,2})(?!\d)/i.exec(path) ?? /\/4\.(\d{1,2})(?:\.\d+)?\//.exec(path);
  return release === null ? undefined : Number(release[1]);
}

function fedoraImage(path: string): Image | undefined {
  const [, year, month, day] = /(?:fedora-coreos|fcos|coreos).*?\d{2}\.(20\d{2})(\d{2})(\d{2})\.\d/.exec(path) ?? [];
  return year === undefined ? undefined : dated('Fedora CoreOS', `${year}-${month}-${day}`);
}

/** The major number counts the days since Container Linux began, until the release's branch was made. */
function flatcarImage(path: string): Image | undefined {
  const days = Number(/(?:flatcar|coreos|core-os).*?\/(\d{3,4})\.\d+\.\d+\//.exec(path)?.[1] ?? Number.NaN);
  if (Number.isNaN(days)) return undefined;
  const date = new Date(Date.UTC(2013, 6, 1) + days * 86_400_000).toISOString().slice(0, 10);
  if (days < firstFlatcarWithSpec3) return { name: `Container Linux of ${date}`, newestSpec: newestSpec2 };
  return dated('Flatcar', date);
}

function dated(system: string, date: string): Image {
  const unread = firstDays.findIndex(([, firstDay]) => date < firstDay);
  const newestSpec = unread < 0 ? undefined : (firstDays[unread - 1]?.[0] ?? '3.0.0');
  return { name: `${system} of ${date}`, newestSpec };
}
