/** What a change means for one machine: its group, its profile, and each answer that differs. */
import type { Gzip } from '@matchbox/butane';
import { type Answer, answer } from '../../answer/answer.ts';
import type { ConfigEndpoint } from '../../answer/endpoint.ts';
import type { Reason } from '../../answer/failure.ts';
import type { IgnitionCache } from '../../answer/ignition-answer.ts';
import { hasTooManyParameters, parseLabels } from '../../answer/labels.ts';
import type { Group } from '../../data/group.ts';
import type { Labels } from '../../data/group-index.ts';
import type { Profile } from '../../data/profile.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import { askedQueries, type ComparedMachine } from './asked-queries.ts';
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
  /** Both versions fail in the same way for this machine, so that nothing is known of those for whom they do not. */
  readonly isIncomparable: boolean;
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
): (machine: ComparedMachine) => MachineChange | undefined {
  const mayDiffer = createMayDiffer(before, after);
  return (machine) => {
    const { query } = machine;
    // Refused by either version, before anything is looked at.
    if (hasTooManyParameters(query)) return undefined;
    const { labels } = parseLabels(query);
    const endpoints = mayDiffer(labels);
    if (endpoints.length === 0) return undefined;
    const queriesFor = askedQueries(before, after, machine);
    const answers = endpoints.flatMap((endpoint) => {
      const asked = queriesFor(endpoint).map(({ query, isBooting }) => ({
        isBooting,
        endpoint,
        before: answer(before, endpoint, query, options),
        after: answer(after, endpoint, query, options),
      }));
      return changeOf(asked) ?? [];
    });
    const [old, now] = [sideOf(before, labels), sideOf(after, labels)];
    const moved = old.group !== now.group || old.profile !== now.profile;
    return answers.length > 0 || moved ? { query, labels, before: old, after: now, answers } : undefined;
  };
}

type Asked = Omit<AnswerChange, 'isIncomparable'> & { readonly isBooting: boolean };

/** Of what was asked for the first that differs; else what cannot be compared. */
function changeOf(asked: readonly Asked[]): AnswerChange | undefined {
  const differing = asked.filter((each) => !isSameAnswer(each));
  // What only a machine without a boot loader's labels is told is told to nobody who boots.
  const told = differing.find((each) => !isSameFailure(each) && (each.isBooting || isAnswered(each)));
  if (told !== undefined) return changeFrom(told, false);
  const failing = asked.find((each) => each.isBooting && isSameFailure(each));
  return failing && changeFrom(failing, true);
}

function changeFrom({ endpoint, before, after }: Asked, isIncomparable: boolean): AnswerChange {
  return { endpoint, before, after, isIncomparable };
}

function isAnswered({ before, after }: Asked): boolean {
  return before.status === 200 && after.status === 200;
}

/** The same but for the places: a template that fails for want of a label fails in every version that uses it. */
function isSameFailure({ before, after }: Asked): boolean {
  if (before.status !== 500 || after.status !== 500 || before.story.reason !== after.story.reason) return false;
  if (before.story.reason === 'profile_broken' || before.story.reason === 'template_unreadable') return false;
  return withoutPlaces(before) === withoutPlaces(after);
}

function withoutPlaces({ story }: Answer): string {
  return (story.message ?? '').replace(/\d+/g, '');
}

/** Their messages may name the path of a file that cannot be read, which is another one in each version. */
const namesPaths: readonly Reason[] = ['on_hold', 'profile_broken', 'template_unreadable'];

function isSameAnswer({ before, after }: Asked): boolean {
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
