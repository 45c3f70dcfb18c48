/** What would change for whom if one version of a data directory took the place of another. */

import { createLruCache } from '../../answer/lru-cache.ts';
import type { BrokenFile } from '../../data/file-entry.ts';
import { formatPosition } from '../../data/file-entry.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import type { ComparedMachine } from './asked-queries.ts';
import { type CollectedChange, changesOf, createCollector, type DistinctChange } from './collect.ts';
import { type CompareOptions, createComparison, type MachineChange, type Placement } from './compare-machine.ts';
import { type NetworkChange, networkChanges } from './networks.ts';
import { type Topic, topics } from './topic.ts';

export interface Impact {
  /** How many machines (distinct sets of labels) were asked for. */
  readonly machines: number;
  readonly changed: number;
  /** Machines for which nothing is known to change, and of which some answers cannot be compared. */
  readonly incomparable: number;
  /** Machines by what changes for them: errors, machines on hold, then the most frequent first; one machine may count several times. */
  readonly counts: readonly { readonly topic: Topic; readonly machines: number }[];
  /** Machines that get another group or another profile. */
  readonly moves: readonly Move[];
  /** Worst first, then by the number of machines. */
  readonly changes: readonly DistinctChange[];
  /** Networks of the built-in network boot that are served otherwise. */
  readonly networks: readonly NetworkChange[];
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

/** @param machines of `machinesOf`, or any others */
export async function findImpact(
  before: Snapshot,
  after: Snapshot,
  machines: readonly ComparedMachine[],
  options: ImpactOptions = {},
): Promise<Impact> {
  return impactOf(before, after, [await comparePart(before, after, machines, options)]);
}

/** What a part of the machines comes to; plain data, which threads can hand over. */
export interface ComparedPart extends Pick<Impact, 'machines' | 'changed' | 'incomparable' | 'moves'> {
  readonly counts: ReadonlyMap<Topic, number>;
  readonly changes: readonly CollectedChange[];
}

export async function comparePart(
  before: Snapshot,
  after: Snapshot,
  machines: readonly ComparedMachine[],
  { pause, ...options }: ImpactOptions = {},
): Promise<ComparedPart> {
  const compare = createComparison(before, after, { ignitionCache: createLruCache(cacheBytes), ...options });
  const tally = createTally();
  for (const [index, machine] of machines.entries()) {
    if (index % machinesAtOnce === 0) await pause?.(index, machines.length);
    const change = compare(machine);
    if (change !== undefined) tally.add(change);
  }
  return { machines: machines.length, ...tally.result() };
}

/** @param parts that are all machines together, in their order */
export function impactOf(before: Snapshot, after: Snapshot, parts: readonly ComparedPart[]): Impact {
  const counts = new Map<Topic, number>();
  for (const part of parts) {
    for (const [topic, machines] of part.counts) counts.set(topic, (counts.get(topic) ?? 0) + machines);
  }
  const sum = (key: 'machines' | 'changed' | 'incomparable') => parts.reduce((total, part) => total + part[key], 0);
  return {
    machines: sum('machines'),
    changed: sum('changed'),
    incomparable: sum('incomparable'),
    counts: sortCounts(counts),
    moves: parts.flatMap(({ moves }) => moves),
    changes: changesOf(parts.map(({ changes }) => changes)),
    networks: networkChanges(before, after),
    ...compareBroken(before, after),
  };
}

/** Counts and gathers what changes, machine by machine. */
function createTally() {
  const collector = createCollector();
  const moves: Move[] = [];
  const counts = new Map<Topic, number>();
  let changed = 0;
  let incomparable = 0;
  return {
    add: (change: MachineChange) => {
      const moved = isMove(change);
      if (moved || change.answers.some((each) => !each.isIncomparable)) changed++;
      else incomparable++;
      const touched = new Set([...collector.add(change), ...(moved ? movedTopics(change) : [])]);
      for (const topic of touched) counts.set(topic, (counts.get(topic) ?? 0) + 1);
      const { query, before, after } = change;
      if (moved) moves.push({ query, before: placementOf(before), after: placementOf(after) });
    },
    result: () => ({ changed, incomparable, counts, moves, changes: collector.collected() }),
  };
}

function movedTopics({ before, after }: MachineChange): Topic[] {
  return [
    ...(before.group !== after.group ? (['group'] as const) : []),
    ...(before.profile !== after.profile ? (['profile'] as const) : []),
  ];
}

/** Whether there is anything to tell: what decides the exit code. What cannot be compared is not called the same. */
export function isImpact({ changed, incomparable, broken, networks }: Impact): boolean {
  return changed > 0 || incomparable > 0 || broken.length > 0 || networks.length > 0;
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
