/** Joins two records of one machine, or says what speaks against their being one. */
import { type Absorbed, type Machine, machineBounds, newMachine } from './machine.ts';
import { swapUuid } from './trust.ts';

/** @returns what speaks against one machine, in words; undefined when nothing does */
export function contradiction(a: Machine, b: Machine): string | undefined {
  const share = (x: readonly string[], y: readonly string[]) =>
    x.some((value) => y.includes(value) || y.includes(swapUuid(value)));
  if (a.uuids.length > 0 && b.uuids.length > 0 && !share(a.uuids, b.uuids)) {
    return `one has the UUID ${a.uuids.at(-1)}, the other ${b.uuids.at(-1)}`;
  }
  if (isOneProduct(a, b) && a.serials.length > 0 && b.serials.length > 0 && !share(a.serials, b.serials)) {
    return `one has the serial number ${a.serials.at(-1)}, the other ${b.serials.at(-1)}`;
  }
  return undefined;
}

/** Serial numbers are a vendor's own: of two of them only those of one product say anything about each other. */
function isOneProduct(a: Machine, b: Machine): boolean {
  return ['manufacturer', 'product'].every((key) => {
    const value = labelOf(a, key);
    return value !== undefined && value === labelOf(b, key);
  });
}

function labelOf({ labels }: Machine, key: string): string | undefined {
  return labels.find(([name]) => name === key)?.[1].toLowerCase();
}

/** Everything of both; what is there once is that of the machine seen last. */
export function mergeMachines(kept: Machine, absorbed: Machine): Machine {
  const [older, newer] = kept.lastSeen <= absorbed.lastSeen ? [kept, absorbed] : [absorbed, kept];
  const addresses = [...older.addresses, ...newer.addresses].sort((a, b) => a.at - b.at);
  const installed = [older.installed, newer.installed]
    .filter((value) => value !== undefined)
    .sort((a, b) => a.at - b.at)
    .at(-1);
  return {
    ...older,
    ...defined(newer),
    id: kept.id,
    firstSeen: Math.min(kept.firstSeen, absorbed.firstSeen),
    uuids: bounded([...new Set([...older.uuids, ...newer.uuids])], machineBounds.uuids),
    macs: bounded([...new Set([...older.macs, ...newer.macs])], machineBounds.macs),
    serials: bounded([...new Set([...older.serials, ...newer.serials])], machineBounds.serials),
    addresses: bounded(
      addresses.filter(({ address }, i) => addresses.findLastIndex((other) => other.address === address) === i),
      machineBounds.addresses,
    ),
    orders: { ...older.orders, ...newer.orders },
    starts: bounded(
      [...older.starts, ...newer.starts].sort((a, b) => a.at - b.at),
      machineBounds.starts,
    ),
    merged: bounded([...absorbed.merged, ...kept.merged, remembered(absorbed, newer.lastSeen)], machineBounds.merged),
    apart: bounded([...new Set([...kept.apart, ...absorbed.apart])], machineBounds.apart),
    absorbed: bounded([...kept.absorbed, ...absorbed.absorbed, absorbed.id], machineBounds.absorbed),
    collisions: bounded(
      [...new Set([...older.collisions, ...newer.collisions])].filter((id) => id !== kept.id && id !== absorbed.id),
      machineBounds.collisions,
    ),
    ...(installed !== undefined && { installed }),
  };
}

function remembered({ id, uuids, macs, serials, hostname, firstSeen, installed }: Machine, at: number): Absorbed {
  const known = { id, at, uuids, macs, serials, firstSeen };
  return { ...known, ...(hostname !== undefined && { hostname }), ...(installed !== undefined && { installed }) };
}

/**
 * Takes the last merge back. What keeps a machine from being installed (orders, that it is installed) both keep: which of them it was
 * about nobody knows any more.
 * @returns undefined for one that was joined with no other
 */
export function splitMachine(
  machine: Machine,
  at: number,
): { readonly kept: Machine; readonly other: Machine } | undefined {
  const last = machine.merged.at(-1);
  if (last === undefined) return undefined;
  const { id, hostname, firstSeen, installed = machine.installed } = last;
  const without = (mine: readonly string[], theirs: readonly string[]) => mine.filter((key) => !theirs.includes(key));
  const common = (mine: readonly string[], theirs: readonly string[]) => mine.filter((key) => theirs.includes(key));
  const { uuids, macs, serials } = machine;
  const kept: Machine = {
    ...machine,
    uuids: without(uuids, last.uuids),
    macs: without(macs, last.macs),
    serials: without(serials, last.serials),
    absorbed: without(machine.absorbed, [id]),
    merged: machine.merged.slice(0, -1),
    apart: appended(machine.apart, id, machineBounds.apart),
    collisions: appended(machine.collisions, id, machineBounds.collisions),
  };
  const other: Machine = {
    ...newMachine(id, firstSeen),
    lastSeen: at,
    stateSince: at,
    uuids: common(uuids, last.uuids),
    macs: common(macs, last.macs),
    serials: common(serials, last.serials),
    orders: machine.orders,
    apart: [machine.id],
    collisions: [machine.id],
    ...(hostname !== undefined && { hostname }),
    ...(installed !== undefined && { installed }),
  };
  return { kept, other };
}

/** Without the members that do not apply. */
export function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

/** Without the first ones that are too many. */
export function bounded<T>(list: readonly T[], most: number): readonly T[] {
  return list.length > most ? list.slice(list.length - most) : list;
}

/** With a value at its end, once. */
export function appended(list: readonly string[], value: string, most: number): readonly string[] {
  return list.at(-1) === value ? list : bounded([...list.filter((known) => known !== value), value], most);
}
