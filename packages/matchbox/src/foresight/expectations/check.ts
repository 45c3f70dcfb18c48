/** Runs one test: what its machine gets from a snapshot, and where that differs from what is wanted. */

import { isDeepStrictEqual } from 'node:util';
import type { Gzip } from '@matchbox/butane';
import { type Answer, answer, type Story } from '../../answer/answer.ts';
import type { ConfigEndpoint } from '../../answer/endpoint.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import { checkJson, describeValues } from './check-json.ts';
import { checkText } from './check-text.ts';
import { describeDifference } from './difference.ts';
import { type Mismatch, showControls, wantedFound } from './mismatch.ts';
import type { EndpointTest, MachineTest, Wanted } from './suite.ts';

/** What a machine gets. */
export interface Observed {
  readonly group: string | null;
  readonly profile: string | null;
  /** How the machine came by both, or why it did not. */
  readonly story: Story;
  readonly answers: ReadonlyMap<ConfigEndpoint, Answer>;
}

/** Reads a file beside the test file; undefined when there is none. */
export type ReadBeside = (name: string) => Uint8Array | undefined;

export function observe({ query, endpoints }: MachineTest, snapshot: Snapshot, gzip: Gzip): Observed {
  const { story } = answer(snapshot, 'ipxe', query, { gzip });
  const answers = endpoints.map(({ endpoint, accept }) => {
    return [endpoint, answer(snapshot, endpoint, query, { gzip, accept })] as const;
  });
  return { group: idOf(story.group), profile: idOf(story.profile), story, answers: new Map(answers) };
}

/** As log lines name them: by id, without one by file. */
function idOf(entry: Story['group'] | Story['profile']): string | null {
  return entry === undefined ? null : entry.value?.id || entry.name.replace(/\.json$/, '');
}

/** @returns nothing when the machine gets what the test wants */
export function check(test: MachineTest, observed: Observed, readBeside: ReadBeside): Mismatch[] {
  const { story } = observed;
  const onHold = story.reason === 'on_hold' ? `the machine is on hold: ${describeStory(story)}` : undefined;
  return [
    ...checkId('group', test.group, observed.group, onHold ?? noneBecause(observed.group, story)),
    ...checkId('profile', test.profile, observed.profile, onHold ?? noneBecause(observed.profile, story)),
    ...test.endpoints.flatMap((each) => checkEndpoint(each, observed.answers.get(each.endpoint)!, readBeside)),
  ].filter((mismatch) => mismatch !== undefined);
}

function noneBecause(id: string | null, story: Story): string | undefined {
  return id === null ? describeStory(story) : undefined;
}

function describeStory({ position, message = '' }: Story): string {
  return showControls(position === undefined ? message : `${position}: ${message}`);
}

function checkId(what: string, wanted: Wanted<string | null> | undefined, found: string | null, because?: string) {
  const isHeld = because !== undefined && found !== null;
  if (wanted === undefined || (wanted.value === found && !isHeld)) return [];
  const values = wanted.value === found ? [] : wantedFound(wanted.value ?? 'none', found ?? 'none');
  const message = wanted.value === found ? `the ${what} is not in force` : `another ${what}`;
  return [{ place: wanted.place, message, details: because === undefined ? values : [...values, because] }];
}

function checkEndpoint(test: EndpointTest, made: Answer, readBeside: ReadBeside): Mismatch[] {
  const { endpoint, status } = test;
  if (made.status !== status.value) {
    // What is wanted of the answer's text is of no interest when it is another answer altogether.
    const details = wantedFound(String(status.value), String(made.status));
    const because = made.story.reason === 'ok' ? [] : [describeStory(made.story)];
    return [{ place: status.place, message: `${endpoint}: another status`, details: [...details, ...because] }];
  }
  return [
    ...checkBodyFile(test, made.body, readBeside),
    ...checkJsonFile(test, made.body, readBeside),
    ...checkText(endpoint, made.body, test),
    ...checkJson(test, made.body),
  ];
}

function checkBodyFile({ endpoint, bodyFile }: EndpointTest, body: Uint8Array, readBeside: ReadBeside): Mismatch[] {
  if (bodyFile === undefined) return [];
  const { value: name, place } = bodyFile;
  const wanted = readBeside(name);
  if (wanted === undefined) return [absentFile(endpoint, bodyFile)];
  if (Buffer.compare(wanted, body) === 0) return [];
  return [{ place, message: `${endpoint}: not what ${name} has`, details: describeDifference(wanted, body) }];
}

function checkJsonFile({ endpoint, jsonFile }: EndpointTest, body: Uint8Array, readBeside: ReadBeside): Mismatch[] {
  if (jsonFile === undefined) return [];
  const { value: name, place } = jsonFile;
  const wanted = readBeside(name);
  if (wanted === undefined) return [absentFile(endpoint, jsonFile)];
  const [left, right] = [parseOrFault(wanted), parseOrFault(body)];
  const fault =
    'fault' in left ? `${name}: ${left.fault}` : 'fault' in right ? `the answer: ${right.fault}` : undefined;
  if (fault !== undefined) return [{ place, message: `${endpoint}: not JSON`, details: [fault] }];
  const values = [left, right].map((side) => ('value' in side ? side.value : undefined));
  if (isDeepStrictEqual(values[0], values[1])) return [];
  return [{ place, message: `${endpoint}: not what ${name} has`, details: describeValues(values[0], values[1]) }];
}

function parseOrFault(bytes: Uint8Array): { readonly value: unknown } | { readonly fault: string } {
  try {
    return { value: JSON.parse(new TextDecoder().decode(bytes)) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}

function absentFile(endpoint: ConfigEndpoint, { value: name, place }: Wanted<string>): Mismatch {
  const details = ['matchbox test -update records the answer in it'];
  return { place, message: `${endpoint}: there is no file ${name} beside the test file`, details };
}
