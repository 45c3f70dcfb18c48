/** The operating systems whose files are downloaded and verified. */
import { fedoraCoreos } from './fedora-coreos.ts';
import { flatcar } from './flatcar.ts';
import type { OperatingSystem } from './release.ts';

export const systems: readonly OperatingSystem[] = [fedoraCoreos, flatcar];
