/** What an operator wants done with a machine beyond answering it: read from its profile, its group's metadata and its orders. */
import type { DiskMethod } from '../answer/disk-boot.ts';
import type { BootDecision } from '../answer/machine-answers.ts';
import type { ProfileEntry } from '../data/file-entry.ts';
import type { Group } from '../data/group.ts';
import type { Profile } from '../data/profile.ts';
import { hasProvision, type Provision, provisionOfMetadata, provisionWords } from '../data/provision.ts';
import type { Machine } from './machine.ts';

export type LoopAction = (typeof provisionWords.onLoop)[number];

export interface Policy {
  /** After a believed `installed` report the machine boots from disk instead of its installer. */
  readonly installOnce: boolean;
  readonly diskMethod: DiskMethod;
  readonly onLoop: LoopAction;
  /** Nothing is installed: every start is like the first, and none of them is a loop. */
  readonly ephemeral: boolean;
}

export const defaultPolicy: Policy = { installOnce: false, diskMethod: 'auto', onLoop: 'warn', ephemeral: false };

/** A group's metadata goes before its profile; what neither says is as it always was. Words that mean nothing say nothing. */
export function policyOf(
  group: Group | undefined,
  profile: Profile | undefined,
  fallback: Policy = defaultPolicy,
): Policy {
  if (profile?.provision === undefined && !hasProvision(group?.metadata)) return fallback;
  const ofGroup = provisionOfMetadata(group?.metadata);
  const ofProfile: Partial<Provision> = profile?.provision ?? {};
  const install = firstOf(provisionWords.install, [ofGroup.install, ofProfile.install]);
  return {
    installOnce: install === undefined ? fallback.installOnce : install === 'once',
    diskMethod: firstOf(provisionWords.diskBoot, [ofGroup.diskBoot, ofProfile.diskBoot]) ?? fallback.diskMethod,
    onLoop: firstOf(provisionWords.onLoop, [ofGroup.onLoop, ofProfile.onLoop]) ?? fallback.onLoop,
    ephemeral: ofGroup.ephemeral ?? ofProfile.ephemeral ?? fallback.ephemeral,
  };
}

/** The first that says one of the words. */
function firstOf<T extends string>(words: readonly T[], said: readonly (string | undefined)[]): T | undefined {
  return said.map((word) => words.find((known) => known === word)).find((word) => word !== undefined);
}

/** Whether a policy may change what a machine of which nothing was ordered is answered. */
export function mayDecide({ installOnce, onLoop }: Policy): boolean {
  return installOnce || onLoop !== 'warn';
}

/** Orders go first, then the loop breaker, then install once. @returns undefined where the script is what it would always be */
export function decideBoot(machine: Machine, policy: Policy): BootDecision | undefined {
  const { orders, installed, loop } = machine;
  if (orders.hold !== undefined) return { kind: 'hold', why: `an operator holds it: ${orders.hold}` };
  if (orders.disk) return disk(policy, 'an operator ordered it');
  if (orders.reinstall !== undefined) return undefined;
  if (loop !== undefined && policy.onLoop !== 'warn') {
    const why = `the same installation began ${loop.starts} times and never ended`;
    return policy.onLoop === 'hold' ? { kind: 'hold', why } : disk(policy, why);
  }
  if (policy.installOnce && installed !== undefined) return disk(policy, 'it is installed');
  return undefined;
}

/** Why a machine does not begin with another profile now: it gets no boot script, or there is none. */
export function hindranceOf(
  machine: Machine | undefined,
  policy: Policy,
  wanted: ProfileEntry | undefined,
): string | undefined {
  if (wanted?.value === undefined) return 'the new profile is not there, or broken';
  const decision = machine && decideBoot(machine, policy);
  return decision && (decision.kind === 'hold' ? `it is held: ${decision.why}` : `it boots from disk: ${decision.why}`);
}

function disk({ diskMethod }: Policy, why: string): BootDecision {
  return { kind: 'disk', method: diskMethod, why };
}
