// What tells the items of a list apart, and which lists may repeat themselves: asked for duplicates and for merging.
import { type ConfigObject, type ConfigValue, isObject, numberAt, stringAt } from './config.ts';

/**
 * Struct → lists that may hold an item twice, and that are put one after the other when configs are merged.
 *
 * Quirk: `openOptions` of a LUKS volume is no such list, though `options` is (Ignition, config/v3_2/types/luks.go, IgnoreDuplicates). We do
 * the same, since the report must be equal.
 */
const repeatable: ReadonlyMap<string, readonly string[]> = new Map([
  ['File', ['append']],
  ['Filesystem', ['options', 'mountOptions']],
  ['Luks', ['options']],
  ['Raid', ['options']],
]);

/** Struct → lists that share one set of keys: a path is one file, directory or link. */
const shared: ReadonlyMap<string, readonly string[]> = new Map([
  ['Storage', ['directories', 'files', 'links']],
  ['KernelArguments', ['shouldExist', 'shouldNotExist']],
]);

/** Struct → the field that is its key, where that is not `name`. */
const keyFields: ReadonlyMap<string, string> = new Map([
  ['CaReference', 'source'],
  ['ConfigReference', 'source'],
  ['FileContents', 'source'],
  ['Resource', 'source'],
  ['Directory', 'path'],
  ['File', 'path'],
  ['Link', 'path'],
  ['Disk', 'device'],
  ['Filesystem', 'device'],
  ['Tang', 'url'],
]);

export function mayRepeat(struct: string, list: string): boolean {
  return repeatable.get(struct)?.includes(list) ?? false;
}

/** The lists of a struct that share their keys with `list`, itself included. */
export function listsSharingKeys(struct: string, list: string): readonly string[] {
  const together = shared.get(struct);
  return together?.includes(list) ? together : [list];
}

/** The key of a list's item: two items of one key are the same thing. */
export function keyOf(item: ConfigValue, type: string): string {
  if (!isObject(item)) return typeof item === 'string' ? item : '';
  return type === 'Partition' ? partitionKey(item) : (stringAt(item, keyFields.get(type) ?? 'name') ?? '');
}

function partitionKey(partition: ConfigObject): string {
  const number = numberAt(partition, 'number') ?? 0;
  if (number !== 0) return `number:${number}`;
  const label = stringAt(partition, 'label');
  return label === undefined ? '' : `label:${label}`;
}
