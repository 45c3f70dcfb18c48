/** Why a machine gets what it gets: every step from its query to the answer of each endpoint, told by the code that answers it. */
import { type Answer, type AnswerContext, answer, type Story } from './answer.ts';
import { type ConfigEndpoint, configEndpoints, templateEndpoints } from './endpoint.ts';
import { decide, refusal } from './explain/decision.ts';
import { type ExplainedAnswer, type Explanation, explanationVersion } from './explain/explanation.ts';
import { explainFaults } from './explain/faults.ts';
import { nearMisses } from './explain/near-misses.ts';
import { readQuery } from './explain/read-query.ts';
import { explainVariables } from './explain/variables.ts';
import type { ProfileEntry, TemplateEntry } from './file-entry.ts';
import { hasTooManyParameters } from './labels.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * Pure, and bounded by the number of groups: a few milliseconds for 10,000, besides the answers themselves.
 * @param rawQuery what follows the `?`, as sent
 * @example explain(catalog.snapshot, 'mac=52-54-00-a1-9c-ae').group?.id
 */
export function explain(snapshot: Snapshot, rawQuery: string, context: AnswerContext = {}): Explanation {
  const answers = configEndpoints.map((endpoint) => ({
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
  const templates = stories.flatMap(({ template }) => template ?? []);
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
    ...explainFaults(snapshot, labels, [profile, ...templates].filter(isEntry)),
    ...(profile?.value && { profile: describeProfile(profile) }),
    answers: answers.map(({ endpoint, made }) => describeAnswer(endpoint, made, common)),
    ...(winner === undefined ? nothing : explainVariables(winner, { labels, rawQuery }, templates)),
    notes: [...folderNotes(snapshot), ...unexpanded(labels)],
  };
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
  const notes = story.notes.filter((note) => !common.includes(note));
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

/** Whether something is configured, be it wrong. */
function isOffered(endpoint: ConfigEndpoint, { reason, profile }: Story): boolean {
  if (reason === 'no_boot') return false;
  return reason !== 'no_template' || templateEndpoints[endpoint]!.idOf(profile!.value!) !== '';
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
