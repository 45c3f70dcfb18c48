/** What a change is about, in the words of the summary. */
import { type ConfigEndpoint, seedFileOf } from '../../answer/endpoint.ts';
import { type BootSection, bootSections } from '../../data/boot.ts';
import type { Profile } from '../../data/profile.ts';

/** In the order in which equally frequent ones are named, what needs attention first. */
export const topics = {
  error: 'error',
  hold: 'on hold',
  group: 'group',
  profile: 'profile',
  kernel: 'kernel',
  initrd: 'initrd',
  arguments: 'kernel arguments',
  boot: 'boot script',
  ignition: 'Ignition',
  cloud: 'cloud-config',
  nocloud: 'NoCloud seed',
  generic: 'generic config',
  metadata: 'metadata',
} as const;

export type Topic = keyof typeof topics;

/** @param before the profiles whose answers differ */
export function topicsOf(
  endpoint: ConfigEndpoint,
  before: Profile | undefined,
  after: Profile | undefined,
): readonly Topic[] {
  if (seedFileOf(endpoint) !== undefined) return ['nocloud'];
  if (endpoint !== 'ipxe' && endpoint !== 'grub') return [endpoint as Topic];
  const [old, now] = [before?.boot, after?.boot];
  if (old === undefined || now === undefined) return ['boot'];
  const changed: Topic[] = [];
  const differs = (part: (section: BootSection) => string | readonly string[]) =>
    JSON.stringify(bootSections(old).map(({ at, section }) => [at, part(section)])) !==
    JSON.stringify(bootSections(now).map(({ at, section }) => [at, part(section)]));
  if (differs(({ kernel }) => kernel)) changed.push('kernel');
  if (differs(({ initrd }) => initrd)) changed.push('initrd');
  if (differs(({ args }) => args)) changed.push('arguments');
  return changed.length > 0 ? changed : ['boot'];
}
