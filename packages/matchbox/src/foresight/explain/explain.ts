/** Why a machine gets what it gets: every step from its query to the answer of each endpoint, told by the code that answers it. */
import { type Answer, type AnswerContext, answer, type Story } from '../../answer/answer.ts';
import { type ConfigEndpoint, endpointsOf, isScriptEndpoint, neededTemplate } from '../../answer/endpoint.ts';
import { hasTooManyParameters, parseLabels } from '../../answer/labels.ts';
import { chooseBoot } from '../../answer/machine-boot.ts';
import type { ProfileEntry, TemplateEntry } from '../../data/file-entry.ts';
import type { Profile } from '../../data/profile.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import { decide, refusal } from './decision.ts';
import { type ExplainedAnswer, type Explanation, explanationVersion } from './explanation.ts';
import { explainFaults } from './faults.ts';
import { nearMisses } from './near-misses.ts';
import { readQuery } from './read-query.ts';
import { explainVariables } from './variables.ts';
import { wouldMatch } from './would-match.ts';

/**
 * Pure, and bounded by the number of groups: a few milliseconds for 10,000, besides the answers themselves.
 * @param rawQuery what follows the `?`, as sent
 * @example explain(catalog.snapshot, 'mac=52-54-00-a1-9c-ae').group?.id
 */
export function explain(snapshot: Snapshot, rawQuery: string, context: AnswerContext = {}): Explanation {
  const answers = endpointsOf(profileFor(snapshot, rawQuery)).map((endpoint) => ({
    endpoint,
    made: answer(snapshot, endpoint, rawQuery, context),
  }));
  const stories = answers.map(({ made }) => made.story);
  const query = readQuery(rawQuery);
  const { labels } = query;
  const refused = hasTooManyParameters(rawQuery);
  const { entry, ...decision } = refused ? refusal(snapshot) : decide(snapshot, labels);
  const winner = decision.outcome === 'group' ? entry : undefined;
  const near = refused ? { count: 0, shown: [] } : nearMisses(snapshot, query, winner);
  const profile = stories.find((story) => story.profile !== undefined)?.profile;
  const rollout = stories.find((story) => story.rollout !== undefined)?.rollout;
  const templates = [...new Set(stories.flatMap(({ template }) => template ?? []))];
  const nothing = { variables: [], missing: [] };
  const common = stories[0]!.notes.filter((note) => stories.every(({ notes }) => notes.includes(note)));
  return {
    version: explanationVersion,
    query: rawQuery,
    labels: query.shown,
    dropped: query.dropped,
    ...decision,
    nearMissCount: near.count,
    nearMisses: near.shown,
    ...(decision.outcome === 'none' && { wouldMatch: wouldMatch(snapshot, labels) }),
    ...explainFaults(snapshot, labels, [profile, ...templates].filter(isEntry)),
    ...(profile?.value && { profile: describeProfile(profile) }),
    ...(rollout && { rollout: { name: rollout.rollout, profile: rollout.profile, why: rollout.why } }),
    answers: answers.map(({ endpoint, made }) => describeAnswer(endpoint, made, common)),
    ...(winner === undefined ? nothing : explainVariables(winner, { labels, rawQuery }, templates)),
    notes: [...folderNotes(snapshot), ...unexpanded(labels)],
  };
}

function profileFor(snapshot: Snapshot, rawQuery: string): Profile | undefined {
  if (hasTooManyParameters(rawQuery)) return undefined;
  const selection = snapshot.select(parseLabels(rawQuery).labels);
  return selection.outcome === 'none' ? undefined : snapshot.profile(selection.entry.value!.profile)?.value;
}

function isEntry<T>(entry: T | undefined): entry is T {
  return entry !== undefined;
}

function describeProfile({ name: file, value }: ProfileEntry): NonNullable<Explanation['profile']> {
  const { id, name } = value!;
  return { id, name, file: `profiles/${file}` };
}

/** @param common notes of every answer, which are about the query and told there */
function describeAnswer(endpoint: ConfigEndpoint, made: Answer, common: readonly string[]): ExplainedAnswer {
  const { status, body, retryAfterSeconds, story } = made;
  const notes = [...sectionNote(endpoint, made), ...story.notes.filter((note) => !common.includes(note))];
  return {
    endpoint,
    status,
    bytes: body.length,
    reason: story.reason,
    offered: isOffered(endpoint, story),
    ...(story.template !== undefined && { template: nameOf(story.template) }),
    ...(story.message !== undefined && { message: story.message }),
    ...(story.position !== undefined && { position: story.position }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    ...(notes.length > 0 && { notes }),
  };
}

/** Which boot section a script is made of, where there are several. */
function sectionNote(endpoint: ConfigEndpoint, { status, story }: Answer): string[] {
  const boot = story.profile?.value?.boot;
  if (!isScriptEndpoint(endpoint) || status !== 200 || story.reason !== 'ok' || story.template !== undefined) return [];
  if (boot?.arch === undefined) return [];
  const choice = chooseBoot(boot, story.labels);
  if (choice.kind === 'look') return ['the script asks the processor whether it has 64 bits: i386 may be said of both'];
  const [word] = [...boot.arch].find(([, section]) => choice.kind === 'section' && section === choice.section) ?? [];
  if (word !== undefined) return [`boot.arch.${word}`];
  return [
    `boot, which is for all: there is none for ${choice.architecture ?? 'a machine that does not say its architecture'}`,
  ];
}

/** Whether something is configured, be it wrong. */
function isOffered(endpoint: ConfigEndpoint, { reason, profile }: Story): boolean {
  if (reason === 'no_boot') return false;
  return reason !== 'no_template' || neededTemplate(endpoint)?.idOf(profile!.value!) !== '';
}

function nameOf({ kind, name }: TemplateEntry): string {
  return `${kind}/${name}`;
}

/** A folder that is there and cannot be listed hides its files. */
function folderNotes({ folderFaults }: Snapshot): string[] {
  return [...folderFaults].flatMap(([kind, { code, message }]) =>
    code === 'unreadable' ? `the folder ${kind} cannot be read: ${message}` : [],
  );
}

/** iPXE replaces its variables before it asks; where one arrives, somebody else asked, or it was quoted. */
function unexpanded(labels: ReadonlyMap<string, string>): string[] {
  return Array.from(labels)
    .filter(([, value]) => /^\$\{.*\}$/s.test(value))
    .slice(0, 5)
    .map(([label, value]) => `the value of ${label} is a variable that nobody filled in: ${value}`);
}
