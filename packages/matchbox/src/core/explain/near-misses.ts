/** Groups that a machine does not get, though it looks as if it was meant to: those that would win, had a value been another. */
import type { GroupEntry } from '../file-entry.ts';
import { labelOf } from '../group-index.ts';
import type { Snapshot } from '../snapshot.ts';
import { comesBefore, describeGroup } from './decision.ts';
import type { NearMiss } from './explanation.ts';
import { type SentValues, sentValues } from './hint.ts';
import type { ReadQuery } from './read-query.ts';

/** The nearest that are shown. */
const maxShown = 5;

interface Near {
  readonly entry: GroupEntry;
  readonly matched: number;
  readonly missed: readonly (readonly [label: string, wanted: string])[];
  /** Missed selectors whose value was sent in no similar form. */
  readonly far: number;
  readonly ignored?: 'subfolder' | 'extension';
}

/** @param winner the group that the machine gets, unless it gets none */
export function nearMisses(
  snapshot: Snapshot,
  query: ReadQuery,
  winner: GroupEntry | undefined,
): { count: number; shown: readonly NearMiss[] } {
  const values = sentValues(query);
  const confirmed = confirmedLabels(query, winner);
  const near: Near[] = [];
  for (const entry of snapshot.groups) {
    const found = entry === winner ? undefined : look(entry, query, values, confirmed);
    if (found === undefined || found.missed.length === 0) continue;
    if (winner === undefined || comesBefore(entry, winner)) near.push(found);
  }
  near.push(...unlisted(snapshot, query, values, confirmed));
  const nearest = smallest(near, maxShown, byNearness);
  return { count: near.length, shown: nearest.map((each) => describe(each, values)) };
}

/** Labels by which the winner was found: a group that wants another value there is about another machine. */
function confirmedLabels({ labels }: ReadQuery, winner: GroupEntry | undefined): ReadonlySet<string> {
  const confirmed = new Set<string>();
  for (const [label, value] of winner?.value?.selector ?? []) {
    if (value !== '' && labels.get(label) === value) confirmed.add(label);
  }
  return confirmed;
}

/** @returns undefined for a group that has nothing to do with the machine */
function look(
  entry: GroupEntry,
  { labels }: ReadQuery,
  values: SentValues,
  confirmed: ReadonlySet<string>,
): Near | undefined {
  const missed: [string, string][] = [];
  let matched = 0;
  let far = 0;
  for (const [label, wanted] of entry.value!.selector) {
    if (labelOf(labels, label) === wanted) {
      // An empty value says nothing about a machine that sent nothing.
      if (wanted !== '') matched++;
      continue;
    }
    if (confirmed.has(label)) return undefined;
    missed.push([label, wanted]);
    if (!values.isClose(label, wanted)) far++;
  }
  const isNear = matched > 0 || far < missed.length;
  return isNear ? { entry, matched, missed, far } : undefined;
}

/** Files that matching never considers, where they lie or as they are named. */
function unlisted(snapshot: Snapshot, query: ReadQuery, values: SentValues, confirmed: ReadonlySet<string>): Near[] {
  const considered = new Set(snapshot.groups);
  return snapshot.files('groups').flatMap((entry) => {
    if (considered.has(entry) || entry.value === undefined) return [];
    const found = look(entry, query, values, confirmed);
    if (found === undefined || found.far > 0) return [];
    return { ...found, ignored: entry.name.includes('/') ? ('subfolder' as const) : ('extension' as const) };
  });
}

function byNearness(a: Near, b: Near): number {
  return a.far - b.far || a.missed.length - b.missed.length || b.matched - a.matched;
}

/** The first few in order, without sorting ten thousand for five; of equals the earlier. */
function smallest<T>(items: readonly T[], count: number, compare: (a: T, b: T) => number): T[] {
  const kept: T[] = [];
  for (const item of items) {
    let at = kept.length;
    while (at > 0 && compare(item, kept[at - 1]!) < 0) at--;
    if (at >= count) continue;
    kept.splice(at, 0, item);
    if (kept.length > count) kept.pop();
  }
  return kept;
}

function describe({ entry, missed, ignored }: Near, values: SentValues): NearMiss {
  return {
    ...describeGroup(entry),
    matched: entry.value!.selector.size - missed.length,
    missed: missed.map(([label, wanted]) => values.describe(label, wanted)),
    ...(ignored !== undefined && { ignored }),
  };
}
