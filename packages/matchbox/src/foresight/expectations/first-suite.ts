/** A first test file for a data directory that has none: what its groups' machines get today. */
import type { Gzip } from '@matchbox/butane';
import { Document } from 'yaml';
import { answerEndpoints, endpointsOf } from '../../answer/endpoint.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import { formatQuery } from '../label-query.ts';
import { observe } from './check.ts';

/** Nobody's address: of the range for local use. */
const strangersMac = '02:00:00:00:00:01';

/** @param most so many groups at most */
export function formatFirstSuite(snapshot: Snapshot, gzip: Gzip, most = Number.POSITIVE_INFINITY): string {
  const named = snapshot.groups.filter(({ value }) => value!.selector.size > 0).slice(0, most);
  const tests = named.map(({ name, value }) => {
    const { id, selector } = value!;
    return describeMachine(`a machine of ${id || name.replace(/\.json$/, '')}`, [...selector], snapshot, gzip);
  });
  tests.push(describeMachine('a machine that nobody has named', [['mac', strangersMac]], snapshot, gzip));
  const document = new Document({ tests: uniqueNames(tests) });
  document.commentBefore = ' What machines get. matchbox test holds this against the data directory.';
  return document.toString({ lineWidth: 0 });
}

function describeMachine(
  name: string,
  labels: readonly (readonly [string, string])[],
  snapshot: Snapshot,
  gzip: Gzip,
): Readonly<Record<string, unknown>> & { readonly name: string } {
  const query = formatQuery(labels);
  const place = { line: 1, column: 1, offset: 0 };
  const status = { value: 200, place };
  const nothing = { contains: [], notContains: [], matches: [], json: [], absent: [], files: [], units: [] };
  const endpoints = answerEndpoints
    .filter((endpoint) => endpoint !== 'metadata')
    .map((endpoint) => ({ endpoint, place, status, isStatusWritten: true, ...nothing }));
  const { group, profile, story, answers } = observe({ name, place, query, endpoints }, snapshot, gzip);
  const told = new Set(endpointsOf(story.profile?.value));
  const answered = [...answers].filter(([endpoint, { status: found }]) => found === 200 && told.has(endpoint));
  const statuses = Object.fromEntries(answered.map(([endpoint]) => [endpoint, 200]));
  const expected = { group, profile, ...(answered.length > 0 && { endpoints: statuses }) };
  return { name, labels: Object.fromEntries(labels), ...expected };
}

/** Groups in different folders may share an id, and tests may not. */
function uniqueNames<T extends { readonly name: string }>(tests: readonly T[]): T[] {
  const seen = new Map<string, number>();
  return tests.map((test) => {
    const count = (seen.get(test.name) ?? 0) + 1;
    seen.set(test.name, count);
    return count === 1 ? test : { ...test, name: `${test.name} (${count})` };
  });
}
