/** Two replicas have changed one machine's record: what becomes of it. */
import { type Boot, type Machine, machineBounds, type Orders } from './machine.ts';
import { bounded, defined } from './merge.ts';

/** What belongs together is taken from one of the two. */
const groups: readonly (readonly (keyof Machine)[])[] = [
  ['state', 'stateSince', 'stateReason'],
  ['labels', 'hostname'],
  ['group', 'profile', 'inbox'],
  ['installed'],
  ['reportedAt'],
  ['loop'],
];

/**
 * What one of them changed counts; of what both changed the later, and of lists what is in either.
 * @param base the record that both started from
 * @param mine what this replica makes of it
 * @param theirs what is there by now
 */
export function mergeRecords(base: Machine, mine: Machine, theirs: Machine): Machine {
  const later = mine.lastSeen >= theirs.lastSeen ? mine : theirs;
  const merged: Partial<Record<keyof Machine, unknown>> = { ...theirs };
  for (const fields of groups) {
    const chosen = choose(fields, { base, mine, theirs, later: laterBy(fields, mine, theirs, later) });
    for (const field of fields) {
      if (chosen[field] === undefined) delete merged[field];
      else merged[field] = chosen[field];
    }
  }
  const boot = mergeBoots(base.boot, mine.boot, theirs.boot);
  if (boot === undefined) delete merged.boot;
  return {
    ...(merged as unknown as Machine),
    ...(boot !== undefined && { boot }),
    ...mergeLists(base, mine, theirs),
    firstSeen: Math.min(mine.firstSeen, theirs.firstSeen),
    lastSeen: Math.max(mine.lastSeen, theirs.lastSeen),
    orders: mergeOrders(base.orders, mine.orders, theirs.orders),
  };
}

interface Sides {
  readonly base: Machine;
  readonly mine: Machine;
  readonly theirs: Machine;
  readonly later: Machine;
}

function choose(fields: readonly (keyof Machine)[], { base, mine, theirs, later }: Sides): Machine {
  if (fields.every((field) => isSame(mine[field], base[field]))) return theirs;
  return fields.every((field) => isSame(theirs[field], base[field])) ? mine : later;
}

function laterBy(fields: readonly (keyof Machine)[], mine: Machine, theirs: Machine, later: Machine): Machine {
  if (fields.includes('state')) return mine.stateSince >= theirs.stateSince ? mine : theirs;
  if (fields.includes('installed')) return (mine.installed?.at ?? 0) >= (theirs.installed?.at ?? 0) ? mine : theirs;
  return later;
}

function mergeLists(base: Machine, mine: Machine, theirs: Machine) {
  const union = (field: 'uuids' | 'macs' | 'serials' | 'absorbed' | 'collisions') =>
    bounded(
      threeWay(base[field], mine[field], theirs[field], (value) => value),
      machineBounds[field],
    );
  const addresses = threeWay(base.addresses, mine.addresses, theirs.addresses, ({ address }) => address);
  const starts = threeWay(base.starts, mine.starts, theirs.starts, ({ boot }) => boot);
  return {
    uuids: union('uuids'),
    macs: union('macs'),
    serials: union('serials'),
    absorbed: union('absorbed'),
    collisions: union('collisions'),
    addresses: bounded(addresses.sort(byTime), machineBounds.addresses),
    starts: bounded(starts.sort(byTime), machineBounds.starts),
  };
}

/** What either has and neither took away; of two with the same key mine. */
function threeWay<T>(base: readonly T[], mine: readonly T[], theirs: readonly T[], keyOf: (value: T) => string): T[] {
  const before = new Set(base.map(keyOf));
  const [ofMine, ofTheirs] = [new Set(mine.map(keyOf)), new Set(theirs.map(keyOf))];
  const isKept = (value: T) => !before.has(keyOf(value)) || (ofMine.has(keyOf(value)) && ofTheirs.has(keyOf(value)));
  const found = new Map(theirs.filter(isKept).map((value) => [keyOf(value), value]));
  for (const value of mine.filter(isKept)) found.set(keyOf(value), value);
  return [...found.values()];
}

function byTime(a: { readonly at: number }, b: { readonly at: number }): number {
  return a.at - b.at;
}

function mergeBoots(base: Boot | undefined, mine: Boot | undefined, theirs: Boot | undefined): Boot | undefined {
  if (isSame(mine, base)) return theirs;
  if (isSame(theirs, base) || mine === undefined || theirs === undefined) return mine ?? theirs;
  if (mine.id !== theirs.id) return mine.startedAt >= theirs.startedAt ? mine : theirs;
  const steps = { ...theirs.steps };
  for (const [step, at] of Object.entries(mine.steps) as [keyof typeof steps, number | undefined][])
    if (at !== undefined) steps[step] = Math.max(at, steps[step] ?? 0);
  return { ...theirs, ...defined(mine), startedAt: Math.min(mine.startedAt, theirs.startedAt), steps };
}

function mergeOrders(base: Orders, mine: Orders, theirs: Orders): Orders {
  const orders: Record<string, unknown> = {};
  for (const name of ['reinstall', 'hold', 'disk'] as const) {
    const value = isSame(mine[name], base[name]) ? theirs[name] : mine[name];
    if (value !== undefined) orders[name] = value;
  }
  return orders;
}

/** Records are plain data, written in one order of fields by all. */
function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
