// Merges two configs of one spec version as Ignition does: lists are joined by key, and what the child states wins.
import { type ConfigObject, type ConfigValue, isObject } from './config.ts';
import { keyOf, listsSharingKeys, mayRepeat } from './list-items.ts';
import { isZero, itemField } from './presence.ts';
import type { ReportPath } from './report.ts';
import { type Field, fieldsOf, scalarOf } from './schema.ts';
import type { SpecVersion } from './version.ts';

export type MergeSide = 'parent' | 'child';

/** Where a value of the result came from. A value that both contributed to has two, the parent's first. */
export interface MergeMapping {
  readonly side: MergeSide;
  readonly from: ReportPath;
  readonly to: ReportPath;
}

/** Called for every value of the result that is not zero; for what a list or struct holds before itself. */
export type MergeRecorder = (mapping: MergeMapping) => void;

/**
 * `parent` with `child` on top: what Ignition makes of a config and another that it merges into it.
 *
 * Structs are merged field by field; a scalar of the child wins where it is stated (one that cannot be nil wins always).
 * Items of a list that have the same key are merged, the others follow; an item of the parent vanishes where the child
 * has its key in a list of another kind (a link where the parent has a file).
 *
 * Source: Ignition's config/merge/merge.go.
 *
 * @param parent - valid, in the shape of `version`; so is `child`. The result may be invalid all the same
 * @param record - learns where each value came from
 */
export function mergeConfigs(
  parent: ConfigObject,
  child: ConfigObject,
  version: SpecVersion,
  record?: MergeRecorder,
): ConfigObject {
  return mergeStructs({ parent, child, struct: 'Config', at: start }, { version, record });
}

interface Merge {
  readonly version: SpecVersion;
  readonly record: MergeRecorder | undefined;
}

/** Where the same thing stands in all three configs. */
interface Places {
  readonly parent: ReportPath;
  readonly child: ReportPath;
  readonly result: ReportPath;
}

const start: Places = { parent: [], child: [], result: [] };

/** Paths are only of use to a recorder, and without one most of the time would go into them. */
function below(at: Places, step: string | number, { record }: Merge): Places {
  if (record === undefined) return at;
  return { parent: [...at.parent, step], child: [...at.child, step], result: [...at.result, step] };
}

/** A field of the result that is being decided. */
interface Slot {
  readonly field: Field;
  readonly at: Places;
  readonly merge: Merge;
}

/** Two structs that become one. */
interface Pair {
  readonly parent: ConfigObject;
  readonly child: ConfigObject;
  readonly struct: string;
  readonly at: Places;
}

function mergeStructs(pair: Pair, merge: Merge): ConfigObject {
  const result: { [key: string]: ConfigValue | undefined } = {};
  for (const field of fieldsOf(pair.struct, merge.version) ?? []) {
    const value = mergeField(pair, field, merge);
    if (value !== undefined) result[field.name] = value;
  }
  return result;
}

function mergeField(pair: Pair, field: Field, merge: Merge): ConfigValue | undefined {
  const theirs = pair.parent[field.name];
  const ours = pair.child[field.name];
  const slot: Slot = { field, at: below(pair.at, field.name, merge), merge };
  if (field.list) return mergeLists(pair, slot);
  if (scalarOf(field.type) !== undefined && !field.pointer) {
    return saysNothingOfTarget(pair, field) ? take('parent', theirs, slot) : take('child', ours, slot);
  }
  if (isEmpty(ours, field, merge.version)) return take('parent', theirs, slot);
  if (isEmpty(theirs, field, merge.version) || !isObject(theirs) || !isObject(ours)) return take('child', ours, slot);
  const merged = mergeStructs({ parent: theirs, child: ours, struct: field.type, at: slot.at }, merge);
  recordBoth(slot.at, merge);
  return merged;
}

/**
 * Quirk: the fields that only links have are a Go struct of their own (config/v3_2/types/schema.go, LinkEmbedded1), and a struct of the child that
 * is zero as a whole leaves the parent's in place. It shows up to spec 3.2, where `target` cannot be nil.
 */
function saysNothingOfTarget({ child, struct }: Pair, field: Field): boolean {
  return struct === 'Link' && field.name === 'target' && !child.target && (child.hard ?? undefined) === undefined;
}

/** Two lists on their way into one. */
interface Lists extends Slot {
  readonly theirs: readonly ConfigValue[];
  readonly ours: readonly ConfigValue[];
  readonly result: ConfigValue[];
  /** Who contributed. */
  readonly sides: Set<MergeSide>;
}

function mergeLists({ parent, child, struct }: Pair, slot: Slot): ConfigValue | undefined {
  const { field, at, merge } = slot;
  const theirs = (parent[field.name] ?? []) as readonly ConfigValue[];
  const ours = (child[field.name] ?? []) as readonly ConfigValue[];
  if (theirs.length + ours.length === 0) return undefined;
  const lists: Lists = { ...slot, theirs, ours, result: [], sides: new Set() };
  if (mayRepeat(struct, field.name)) {
    for (const [i, value] of theirs.entries()) addItem(lists, 'parent', value, i);
    for (const [i, value] of ours.entries()) addItem(lists, 'child', value, i);
  } else {
    mergeKeyed(lists, childPlaces(child, struct, field, merge.version));
  }
  for (const side of ['parent', 'child'] as const) {
    if (lists.sides.has(side)) merge.record?.({ side, from: at[side], to: at.result });
  }
  return lists.result;
}

function addItem(lists: Lists, side: MergeSide, value: ConfigValue, index: number): void {
  const { field, at, merge, result, sides } = lists;
  if (merge.record !== undefined) {
    const places = { side, from: [...at[side], index], to: [...at.result, result.length] };
    transcribe(value, itemField(field), places, merge);
  }
  result.push(value);
  sides.add(side);
}

/** In which of the lists that share keys the child has an item, and where. */
interface ChildPlace {
  readonly list: string;
  readonly index: number;
}

/** The parent's items first, those of the same key merged with the child's, then what only the child has. */
function mergeKeyed(lists: Lists, childItems: ReadonlyMap<string, ChildPlace>): void {
  const { theirs, ours, field } = lists;
  for (const [i, value] of theirs.entries()) {
    const match = childItems.get(keyOf(value, field.type));
    if (match === undefined) addItem(lists, 'parent', value, i);
    // The same key in another list: the child says that it is something else, and the parent's item is gone.
    else if (match.list === field.name) mergeItem(lists, value, i, match.index);
  }
  const theirKeys = new Set(theirs.map((value) => keyOf(value, field.type)));
  for (const [i, value] of ours.entries()) {
    if (!theirKeys.has(keyOf(value, field.type))) addItem(lists, 'child', value, i);
  }
}

function mergeItem(lists: Lists, theirs: ConfigValue, i: number, childIndex: number): void {
  const { ours, field, at, merge, result, sides } = lists;
  const other = ours[childIndex]!;
  sides.add('parent').add('child');
  if (!isObject(theirs) || !isObject(other)) {
    addItem(lists, 'child', other, childIndex);
    return;
  }
  // A header without a value takes the parent's header away.
  if (field.type === 'HTTPHeader' && (other.value ?? undefined) === undefined) return;
  const inner: Places = {
    parent: [...at.parent, i],
    child: [...at.child, childIndex],
    result: [...at.result, result.length],
  };
  result.push(mergeStructs({ parent: theirs, child: other, struct: field.type, at: inner }, merge));
  recordBoth(inner, merge);
}

/** Key → where the child has it; the last of several wins. */
function childPlaces(child: ConfigObject, struct: string, field: Field, version: SpecVersion): Map<string, ChildPlace> {
  const places = new Map<string, ChildPlace>();
  for (const list of listsSharingKeys(struct, field.name)) {
    const type = fieldsOf(struct, version)?.find(({ name }) => name === list)?.type ?? field.type;
    for (const [index, value] of ((child[list] ?? []) as readonly ConfigValue[]).entries()) {
      places.set(keyOf(value, type), { list, index });
    }
  }
  return places;
}

function take(side: MergeSide, value: ConfigValue | undefined, { field, at, merge }: Slot): ConfigValue | undefined {
  if (value !== undefined) transcribe(value, field, { side, from: at[side], to: at.result }, merge);
  return value;
}

function recordBoth(at: Places, { record }: Merge): void {
  record?.({ side: 'parent', from: at.parent, to: at.result });
  record?.({ side: 'child', from: at.child, to: at.result });
}

/** Records a subtree that is taken over whole; true if there was anything in it. Zero values leave no trace. */
function transcribe(value: ConfigValue, field: Field, mapping: MergeMapping, merge: Merge): boolean {
  if (merge.record === undefined) return false;
  let found = false;
  const inside = (inner: ConfigValue | undefined, innerField: Field, step: string | number): void => {
    if (inner === undefined || inner === null) return;
    const { side, from, to } = mapping;
    const innerMapping = { side, from: [...from, step], to: [...to, step] };
    found = transcribe(inner, innerField, innerMapping, merge) || found;
  };
  if (Array.isArray(value)) {
    const item = itemField(field);
    for (const [i, inner] of (value as readonly ConfigValue[]).entries()) inside(inner, item, i);
  } else if (isObject(value)) {
    for (const inner of fieldsOf(field.type, merge.version) ?? []) inside(value[inner.name], inner, inner.name);
  } else {
    found = field.pointer || !isZero(value);
  }
  if (found) merge.record(mapping);
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
