/** What a machine installs, and in which version: another revision of its profile is another installation. */
import type { ProfileEntry } from '../data/file-entry.ts';

/** Thousands of machines have the same profile. */
const installations = new WeakMap<ProfileEntry, string>();

export function installationOf(profile: ProfileEntry | undefined): string | undefined {
  if (profile === undefined) return undefined;
  let installation = installations.get(profile);
  if (installation === undefined) {
    installation = `${profile.value?.id ?? profile.name} ${profile.revision.slice(0, 12)}`;
    installations.set(profile, installation);
  }
  return installation;
}
