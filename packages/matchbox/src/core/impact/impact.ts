/** What would change for whom if one version of a data directory took the place of another. */
import type { BrokenFile } from '../file-entry.ts';
import { formatPosition } from '../file-entry.ts';
import { createLruCache } from '../lru-cache.ts';
import type { Snapshot } from '../snapshot.ts';
import { createCollector, type DistinctChange } from './collect.ts';
import { type CompareOptions, createComparison, type MachineChange, type Placement } from './compare-machine.ts';
import { type Topic, topics } from './topic.ts';

export interface Impact {
  /** How many machines (distinct sets of labels) were asked for. */
  readonly machines: number;
  readonly changed: number;
  /** Machines by what changes for them: errors, machines on hold, then the most frequent first; one machine may count several times. */
  readonly counts: readonly { readonly topic: Topic; readonly machines: number }[];
  /** Machines that get another group or another profile. */
  readonly moves: readonly Move[];
  /** Worst first, then by the number of machines. */
  readonly changes: readonly DistinctChange[];
  /** Files that are broken after the change and were not before. */
  readonly broken: readonly BrokenFile[];
  /** Files that are broken before and after: nobody knows whom they are about. */
  readonly stillBroken: readonly BrokenFile[];
}

export interface Move {
  readonly query: string;
  readonly before: Placement;
  readonly after: Placement;
}

export interface ImpactOptions extends CompareOptions {
  /** Called between machines, to show progress and to let others work; what it throws ends the comparison. */
  readonly pause?: (done: number, total: number) => void | Promise<void>;
}

/** Machines are compared this many at a time. */
const machinesAtOnce = 50;
/** Translated configs that both versions, or neighbours, may share; more would only be kept for nobody. */
const cacheBytes = 4 * 1024 * 1024;

/** @param queries of `machinesOf`, or any others */
export async function findImpact(
  before: Snapshot,
  after: Snapshot,
  queries: readonly string[],
  { pause, ...options }: ImpactOptions = {},
): Promise<Impact> {
  const compare = createComparison(before, after, { ignitionCache: createLruCache(cacheBytes), ...options });
  const collector = createCollector();
  const moves: Move[] = [];
  const counts = new Map<Topic, number>();
  let changed = 0;
  for (const [index, query] of queries.entries()) {
    if (index % machinesAtOnce === 0) await pause?.(index, queries.length);
    const change = compare(query);
    if (change === undefined) continue;
    changed++;
    const touched = new Set(collector.add(change));
    if (isMove(change)) {
      moves.push({ query, before: placementOf(change.before), after: placementOf(change.after) });
      if (change.before.group !== change.after.group) touched.add('group');
      if (change.before.profile !== change.after.profile) touched.add('profile');
    }
    for (const topic of touched) counts.set(topic, (counts.get(topic) ?? 0) + 1);
  }
  return {
    machines: queries.length,
    changed,
    counts: sortCounts(counts),
    moves,
    changes: collector.changes(),
    ...compareBroken(before, after),
  };
}

/** Whether there is anything to tell: what decides the exit code. */
export function isImpact({ changed, broken }: Impact): boolean {
  return changed > 0 || broken.length > 0;
}

/** A machine on hold has lost its group, but that is not where it goes. */
function isMove({ before, after, answers }: MachineChange): boolean {
  if (answers.some((change) => change.before.status === 503 || change.after.status === 503)) return false;
  return before.group !== after.group || before.profile !== after.profile;
}

function placementOf({ group, profile }: Placement): Placement {
  return { group, profile };
}

function sortCounts(counts: ReadonlyMap<Topic, number>): Impact['counts'] {
  const order = Object.keys(topics);
  return Array.from(counts, ([topic, machines]) => ({ topic, machines })).sort(
    (a, b) =>
      rankOf(a.topic) - rankOf(b.topic) || b.machines - a.machines || order.indexOf(a.topic) - order.indexOf(b.topic),
  );
}

/** What needs attention comes first, however rare it is. */
function rankOf(topic: Topic): number {
  return topic === 'error' || topic === 'hold' ? 0 : 1;
}

function compareBroken(before: Snapshot, after: Snapshot): Pick<Impact, 'broken' | 'stillBroken'> {
  const known = new Set(before.broken.map(({ kind, name }) => formatPosition(kind, name)));
  const wasBroken = ({ kind, name }: BrokenFile) => known.has(formatPosition(kind, name));
  return {
    broken: after.broken.filter((file) => !wasBroken(file)),
    stillBroken: after.broken.filter(wasBroken),
  };
}
