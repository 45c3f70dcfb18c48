/** What a change is about, in the words of the summary. */
import type { ConfigEndpoint } from '../endpoint.ts';
import type { Profile } from '../profile.ts';

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
  if (endpoint !== 'ipxe' && endpoint !== 'grub') return [endpoint];
  const [old, now] = [before?.boot, after?.boot];
  if (old === undefined || now === undefined) return ['boot'];
  const changed: Topic[] = [];
  if (old.kernel !== now.kernel) changed.push('kernel');
  if (!sameList(old.initrd, now.initrd)) changed.push('initrd');
  if (!sameList(old.args, now.args)) changed.push('arguments');
  return changed.length > 0 ? changed : ['boot'];
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
