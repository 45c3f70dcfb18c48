// Since when operating systems have an Ignition that reads a spec version: what the age of an image says about the configs it can be given.
import type { SpecVersion } from './version.ts';

/**
 * Spec version → the day on which the first Ignition was released that reads it; 3.0.0 is as old as Fedora CoreOS.
 *
 * An image from before that day does not read it; of a later one nothing is said, since it may have an older Ignition.
 * Sources: https://coreos.github.io/ignition/specs/ (which release reads which version) and
 * https://coreos.github.io/ignition/release-notes/ (2.3.0, 2.7.0, 2.11.0, 2.15.0, 2.20.0). For 3.6.0 it is the day on which
 * it became stable (https://github.com/coreos/ignition/pull/2202), as the releases before only know a draft of it.
 */
export const firstDays: readonly (readonly [SpecVersion, string])[] = [
  ['3.0.0', '2019-08-01'],
  ['3.1.0', '2020-05-05'],
  ['3.2.0', '2020-10-13'],
  ['3.3.0', '2021-06-25'],
  ['3.4.0', '2023-02-21'],
  ['3.5.0', '2024-10-22'],
  ['3.6.0', '2026-02-11'],
];

/**
 * First 4.x release of OpenShift whose RHEL CoreOS reads a spec version; the ones before 4.6 read spec 2 only.
 *
 * Sources: the packages of RHEL CoreOS (ignition-2.6.0 in 4.6, 2.9.0 in 4.7 and 4.8, 2.12.0 in 4.9, 2.14.0 in 4.11 and
 * 4.12, 2.15.0 of RHEL 9.2 in 4.13: https://github.com/openshift/os/pull/1188), OpenShift's release notes for 4.6 and
 * 4.7, and for 4.19 the first that its machine config operator and Butane let use 3.5.0.
 */
export const firstOpenshift: readonly (readonly [SpecVersion, number])[] = [
  ['3.1.0', 6],
  ['3.2.0', 7],
  ['3.3.0', 9],
  ['3.4.0', 13],
  ['3.5.0', 19],
];

/** Flatcar (as Container Linux) read nothing but spec 2 before 3185.0.0, of 2022-03-21: its documents on Ignition v3. */
export const firstFlatcarWithSpec3 = 3185;
