// Merges a generated config below the user's: lists are joined by key, and what the user states wins.
import {
  type ConfigObject,
  type ConfigValue,
  type Field,
  fieldsOf,
  isObject,
  type SpecVersion,
  scalarOf,
} from '@matchbox/ignition';
import type { Origin, Traced } from './origin.ts';
import { isPopulatedAt, isZero } from './presence.ts';
import type { Path } from './yaml/index.ts';

/** Which field tells the items of a list apart. */
const keyFields: Readonly<Record<string, string>> = {
  Directory: 'path',
  Disk: 'device',
  Dropin: 'name',
  File: 'path',
  Filesystem: 'device',
  HTTPHeader: 'name',
  Link: 'path',
  Luks: 'name',
  PasswdGroup: 'name',
  PasswdUser: 'name',
  Raid: 'name',
  Resource: 'source',
  Tang: 'url',
  Unit: 'name',
};

/** Lists that are put one after the other, equal items or not. */
const appended: ReadonlySet<string> = new Set([
  'File.append',
  'Filesystem.mountOptions',
  'Filesystem.options',
  'Luks.openOptions',
  'Luks.options',
  'Raid.options',
]);

/** Lists whose items share one set of keys: a path is one file, directory or link. */
const nodeLists: ReadonlySet<string> = new Set(['Storage.directories', 'Storage.files', 'Storage.links']);

type Side = 'parent' | 'child';

/** Called for every value of the result with the place it came from; children before what contains them. */
type Recorder = (side: Side, from: Path, to: Path) => void;

/**
 * `parent` with `child` on top, as Ignition merges configs.
 *
 * Where a value is put together from both, it is traced back to the child: the parent is generated and says little.
 */
export function mergeTraced(parent: Traced, child: Traced, version: SpecVersion): Traced {
  const merge: Merge = { version, record: undefined };
  const config = mergeStructs(parent.config, child.config, 'Config', places([], [], []), merge);
  let origins: Map<string, Path> | undefined;
  const origin: Origin = (path) => {
    origins ??= transcribeMerge(parent, child, version);
    return origins.get(path.join('\0'));
  };
  return { config, origin };
}

/** As {@link mergeTraced} with a parent that says nothing: values that are zero can no longer be traced. */
export function mergeWithNothing(child: Traced, version: SpecVersion): Traced {
  const origin: Origin = (path) => (isPopulatedAt(child.config, version, path) ? child.origin(path) : undefined);
  return { config: child.config, origin };
}

/** Runs the merge once more to learn where everything came from; only needed when there is something to report. */
function transcribeMerge(parent: Traced, child: Traced, version: SpecVersion): Map<string, Path> {
  const origins = new Map<string, Path>();
  const record: Recorder = (side, from, to) => {
    const origin = (side === 'child' ? child : parent).origin(from);
    const key = to.join('\0');
    if (origin === undefined || (side === 'parent' && origins.has(key))) return;
    origins.set(key, origin);
  };
  mergeStructs(parent.config, child.config, 'Config', places([], [], []), { version, record });
  return origins;
}

interface Merge {
  readonly version: SpecVersion;
  readonly record: Recorder | undefined;
}

interface Places {
  readonly parent: Path;
  readonly child: Path;
  readonly result: Path;
}

function places(parent: Path, child: Path, result: Path): Places {
  return { parent, child, result };
}

function below(at: Places, step: string | number): Places {
  return places([...at.parent, step], [...at.child, step], [...at.result, step]);
}

function mergeStructs(
  parent: ConfigObject,
  child: ConfigObject,
  struct: string,
  at: Places,
  merge: Merge,
): ConfigObject {
  const result: { [key: string]: ConfigValue | undefined } = {};
  for (const field of fieldsOf(struct, merge.version) ?? []) {
    const value = mergeField(parent, child, struct, field, below(at, field.name), merge);
    if (value !== undefined) result[field.name] = value;
  }
  return result;
}

function mergeField(
  parent: ConfigObject,
  child: ConfigObject,
  struct: string,
  field: Field,
  at: Places,
  merge: Merge,
): ConfigValue | undefined {
  const theirs = parent[field.name];
  const ours = child[field.name];
  if (field.list) return mergeLists(parent, child, struct, field, at, merge);
  if (scalarOf(field.type) !== undefined && !field.pointer) return take('child', ours, field, at, merge);
  if (isEmpty(ours, field, merge.version)) return take('parent', theirs, field, at, merge);
  if (isEmpty(theirs, field, merge.version) || !isObject(theirs) || !isObject(ours)) {
    return take('child', ours, field, at, merge);
  }
  const merged = mergeStructs(theirs, ours, field.type, at, merge);
  recordBoth(at, merge);
  return merged;
}

function mergeLists(
  parent: ConfigObject,
  child: ConfigObject,
  struct: string,
  field: Field,
  at: Places,
  merge: Merge,
): ConfigValue | undefined {
  const theirs = (parent[field.name] ?? []) as readonly ConfigValue[];
  const ours = (child[field.name] ?? []) as readonly ConfigValue[];
  if (theirs.length + ours.length === 0) return undefined;
  const lists: Lists = { theirs, ours, field, at, merge, result: [], sides: new Set() };
  if (appended.has(`${struct}.${field.name}`)) {
    for (const [i, value] of theirs.entries()) addItem(lists, 'parent', value, i);
    for (const [i, value] of ours.entries()) addItem(lists, 'child', value, i);
  } else {
    mergeKeyed(lists, childIndexes(child, struct, field));
  }
  for (const side of ['parent', 'child'] as const) {
    if (lists.sides.has(side)) merge.record?.(side, at[side], at.result);
  }
  return lists.result;
}

/** Two lists on their way into one. */
interface Lists {
  readonly theirs: readonly ConfigValue[];
  readonly ours: readonly ConfigValue[];
  readonly field: Field;
  readonly at: Places;
  readonly merge: Merge;
  readonly result: ConfigValue[];
  /** Who contributed. */
  readonly sides: Set<Side>;
}

function addItem(lists: Lists, side: Side, value: ConfigValue, index: number): void {
  const { field, at, merge, result, sides } = lists;
  const item: Field = { ...field, list: false, pointer: false };
  transcribe(side, value, item, [...at[side], index], [...at.result, result.length], merge);
  result.push(value);
  sides.add(side);
}

/** The parent's items first, those of the same key merged with the child's, then what only the child has. */
function mergeKeyed(lists: Lists, childItems: ReadonlyMap<string, { list: string; index: number }>): void {
  const { theirs, ours, field, at, merge, result, sides } = lists;
  for (const [i, value] of theirs.entries()) {
    const match = childItems.get(keyOf(value, field.type));
    if (match === undefined) {
      addItem(lists, 'parent', value, i);
      continue;
    }
    // The same path in another list: the child says it is something else, and the parent's item is gone.
    if (match.list !== field.name) continue;
    sides.add('parent');
    const other = ours[match.index]!;
    if (!isObject(value) || !isObject(other)) {
      addItem(lists, 'child', other, match.index);
      continue;
    }
    sides.add('child');
    const inner = places([...at.parent, i], [...at.child, match.index], [...at.result, result.length]);
    result.push(mergeStructs(value, other, field.type, inner, merge));
    recordBoth(inner, merge);
  }
  const theirKeys = new Set(theirs.map((value) => keyOf(value, field.type)));
  for (const [i, value] of ours.entries()) {
    if (!theirKeys.has(keyOf(value, field.type))) addItem(lists, 'child', value, i);
  }
}

/** Key → the child's list and index; the last of several wins. */
function childIndexes(child: ConfigObject, struct: string, field: Field): Map<string, { list: string; index: number }> {
  const lists = nodeLists.has(`${struct}.${field.name}`) ? ['directories', 'files', 'links'] : [field.name];
  const indexes = new Map<string, { list: string; index: number }>();
  for (const list of lists) {
    const type = lists.length === 1 ? field.type : 'File';
    ((child[list] ?? []) as readonly ConfigValue[]).forEach((value, index) => {
      indexes.set(keyOf(value, type), { list, index });
    });
  }
  return indexes;
}

function keyOf(value: ConfigValue, type: string): string {
  if (!isObject(value)) return String(value);
  if (type === 'Partition') return partitionKey(value);
  return String(value[keyFields[type] ?? 'name'] ?? '');
}

function partitionKey(partition: ConfigObject): string {
  const number = partition.number ?? 0;
  if (String(number) !== '0') return `number:${number}`;
  return partition.label === undefined ? '' : `label:${partition.label}`;
}

function take(
  side: Side,
  value: ConfigValue | undefined,
  field: Field,
  at: Places,
  merge: Merge,
): ConfigValue | undefined {
  if (value !== undefined) transcribe(side, value, field, at[side], at.result, merge);
  return value;
}

function recordBoth(at: Places, merge: Merge): void {
  merge.record?.('parent', at.parent, at.result);
  merge.record?.('child', at.child, at.result);
}

/** Records a subtree that is taken over whole; true if there was anything in it. Zero values leave no trace. */
function transcribe(side: Side, value: ConfigValue, field: Field, from: Path, to: Path, merge: Merge): boolean {
  if (merge.record === undefined) return false;
  let found = false;
  if (Array.isArray(value)) {
    const item: Field = { ...field, list: false, pointer: false };
    (value as readonly ConfigValue[]).forEach((inner, i) => {
      found = transcribe(side, inner, item, [...from, i], [...to, i], merge) || found;
    });
  } else if (isObject(value)) {
    for (const inner of fieldsOf(field.type, merge.version) ?? []) {
      const member = value[inner.name];
      if (member === undefined || member === null) continue;
      found = transcribe(side, member, inner, [...from, inner.name], [...to, inner.name], merge) || found;
    }
  } else {
    found = field.pointer || !isZero(value);
  }
  if (found) merge.record(side, from, to);
  return found;
}

/** Nil, or a struct without a single value. */
function isEmpty(value: ConfigValue | undefined, field: Field, version: SpecVersion): boolean {
  if (value === undefined || value === null) return true;
  if (!isObject(value) || field.pointer) return false;
  return (fieldsOf(field.type, version) ?? []).every((inner) => {
    const member = value[inner.name];
    if (member === undefined || member === null) return true;
    if (Array.isArray(member)) return false;
    if (isObject(member)) return isEmpty(member, inner, version);
    return !inner.pointer && isZero(member);
  });
}
