/** What a change means for one machine: its group, its profile, and each answer that differs. */
import type { Gzip } from '@matchbox/butane';
import { type Answer, answer } from '../answer.ts';
import type { ConfigEndpoint } from '../endpoint.ts';
import type { Reason } from '../failure.ts';
import type { Group } from '../group.ts';
import type { Labels } from '../group-index.ts';
import type { IgnitionCache } from '../ignition-answer.ts';
import { hasTooManyParameters, parseLabels } from '../labels.ts';
import type { Profile } from '../profile.ts';
import type { Snapshot } from '../snapshot.ts';
import { createMayDiffer } from './may-differ.ts';

export interface CompareOptions {
  readonly gzip?: Gzip | undefined;
  readonly ignitionCache?: IgnitionCache | undefined;
}

/** A machine's place in one version; ids are those that find the files. */
export interface Placement {
  /** undefined: no group matches, or the machine is on hold. */
  readonly group: string | undefined;
  /** As the group names it, whether or not it is there. */
  readonly profile: string | undefined;
}

export interface Side extends Placement {
  readonly groupValue: Group | undefined;
  readonly profileValue: Profile | undefined;
}

export interface AnswerChange {
  readonly endpoint: ConfigEndpoint;
  readonly before: Answer;
  readonly after: Answer;
}

export interface MachineChange {
  readonly query: string;
  readonly labels: Labels;
  readonly before: Side;
  readonly after: Side;
  readonly answers: readonly AnswerChange[];
}

/** @returns a function that gives undefined for a machine that nothing changes for */
export function createComparison(
  before: Snapshot,
  after: Snapshot,
  options: CompareOptions = {},
): (query: string) => MachineChange | undefined {
  const mayDiffer = createMayDiffer(before, after);
  return (query) => {
    // Refused by either version, before anything is looked at.
    if (hasTooManyParameters(query)) return undefined;
    const { labels } = parseLabels(query);
    const endpoints = mayDiffer(labels);
    if (endpoints.length === 0) return undefined;
    const answers = endpoints
      .map((endpoint) => ({
        endpoint,
        before: answer(before, endpoint, query, options),
        after: answer(after, endpoint, query, options),
      }))
      .filter((change) => !isSameAnswer(change));
    const [old, now] = [sideOf(before, labels), sideOf(after, labels)];
    const moved = old.group !== now.group || old.profile !== now.profile;
    return answers.length > 0 || moved ? { query, labels, before: old, after: now, answers } : undefined;
  };
}

/** Their messages may name the path of a file that cannot be read, which is another one in each version. */
const namesPaths: readonly Reason[] = ['on_hold', 'profile_broken', 'template_unreadable'];

function isSameAnswer({ before, after }: AnswerChange): boolean {
  const { reason, position } = before.story;
  if (namesPaths.includes(reason)) return reason === after.story.reason && position === after.story.position;
  return (
    before.status === after.status &&
    before.contentType === after.contentType &&
    (before.body === after.body || Buffer.compare(before.body, after.body) === 0)
  );
}

function sideOf(snapshot: Snapshot, labels: Labels): Side {
  const selection = snapshot.select(labels);
  if (selection.outcome !== 'group') {
    return { group: undefined, profile: undefined, groupValue: undefined, profileValue: undefined };
  }
  const { name, value } = selection.entry;
  const profile = value!.profile;
  return {
    group: name.replace(/\.json$/, ''),
    profile,
    groupValue: value,
    profileValue: snapshot.profile(profile)?.value,
  };
}
