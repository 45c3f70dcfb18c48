/** Groups that a machine does not get, though it looks as if it was meant to: those that would win, had a value been another. */
import type { GroupEntry } from '../../data/file-entry.ts';
import { labelOf } from '../../data/group-index.ts';
import { onceFor } from '../../data/once-for.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import { comesBefore, describeGroup } from './decision.ts';
import type { NearMiss } from './explained-choice.ts';
import { type SentValues, sentValues } from './hint.ts';
import type { ReadQuery } from './read-query.ts';

/** The nearest that are shown. */
const maxShown = 5;

/** Counts alone: of thousands that come near, five are described. */
interface Near {
  readonly entry: GroupEntry;
  readonly matched: number;
  readonly missed: number;
  /** Missed selectors whose value was sent in no similar form. */
  readonly far: number;
}

interface Machine extends ReadQuery {
  readonly values: SentValues;
  /** Labels by which its group was found: one that wants another value there is about another machine. */
  readonly confirmed: ReadonlySet<string>;
}

/** @param winner the group that the machine gets, unless it gets none */
export function nearMisses(
  snapshot: Snapshot,
  query: ReadQuery,
  winner: GroupEntry | undefined,
): { count: number; shown: readonly NearMiss[] } {
  const machine = { ...query, values: sentValues(query), confirmed: confirmedLabels(query, winner) };
  const nearest: Near[] = [];
  let count = 0;
  // Beside a group whose values differ in form alone, what needs more than that is no news.
  let fewest = Number.POSITIVE_INFINITY;
  const isNews = ({ far, missed }: Near) => fewest === Number.POSITIVE_INFINITY || (far === 0 && missed <= fewest);
  for (const entry of snapshot.groups) {
    const near = entry === winner ? undefined : look(entry, machine);
    if (near === undefined || near.missed === 0 || !isNews(near)) continue;
    if (winner !== undefined && !comesBefore(entry, winner)) continue;
    if (near.far === 0 && near.missed < fewest) {
      fewest = near.missed;
      nearest.length = 0;
      count = 0;
    }
    count++;
    insert(nearest, near);
  }
  for (const near of nearUnlisted(snapshot, machine)) {
    count++;
    insert(nearest, near);
  }
  return { count, shown: nearest.map(({ entry }) => describe(entry, machine)) };
}

function nearUnlisted(snapshot: Snapshot, machine: Machine): Near[] {
  return [...unlistedGroups(snapshot)].flatMap((entry) => {
    const near = look(entry, machine);
    return near === undefined || near.far > 0 ? [] : [near];
  });
}

function confirmedLabels({ labels }: ReadQuery, winner: GroupEntry | undefined): ReadonlySet<string> {
  const confirmed = new Set<string>();
  for (const [label, value] of winner?.value?.selector ?? []) {
    if (value !== '' && labels.get(label) === value) confirmed.add(label);
  }
  return confirmed;
}

/** @returns undefined for a group that has nothing to do with the machine */
function look(entry: GroupEntry, { labels, values, confirmed }: Machine): Near | undefined {
  let matched = 0;
  let missed = 0;
  let far = 0;
  for (const [label, wanted] of entry.value!.selector) {
    if (labelOf(labels, label) === wanted) {
      // An empty value says nothing about a machine that sent nothing.
      if (wanted !== '') matched++;
      continue;
    }
    if (confirmed.has(label)) return undefined;
    missed++;
    if (!values.isClose(label, wanted)) far++;
  }
  return matched > 0 || far < missed ? { entry, matched, missed, far } : undefined;
}

/** Files that matching never considers, for where they lie or how they are named. */
const unlistedGroups = onceFor((snapshot: Snapshot): readonly GroupEntry[] => {
  const considered = new Set(snapshot.groups);
  return snapshot.files('groups').filter((entry) => entry.value !== undefined && !considered.has(entry));
});

function ignoredFor({ name }: GroupEntry): NearMiss['ignored'] {
  if (name.includes('/')) return 'subfolder';
  return name.endsWith('.json') ? undefined : 'extension';
}

/** Keeps the nearest few in order; of equals the earlier. */
function insert(nearest: Near[], near: Near): void {
  let at = nearest.length;
  while (at > 0 && byNearness(near, nearest[at - 1]!) < 0) at--;
  if (at >= maxShown) return;
  nearest.splice(at, 0, near);
  if (nearest.length > maxShown) nearest.pop();
}

function byNearness(a: Near, b: Near): number {
  return a.far - b.far || a.missed - b.missed || b.matched - a.matched;
}

function describe(entry: GroupEntry, { labels, values }: Machine): NearMiss {
  const pairs = [...entry.value!.selector];
  const missed = pairs.filter(([label, wanted]) => labelOf(labels, label) !== wanted);
  const ignored = ignoredFor(entry);
  return {
    ...describeGroup(entry),
    matched: pairs.length - missed.length,
    missed: missed.map(([label, wanted]) => values.describe(label, wanted)),
    ...(ignored !== undefined && { ignored }),
  };
}
