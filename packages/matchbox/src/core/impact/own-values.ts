/**
 * A machine's own values (its MAC address, its host name, …) taken out of a text, so that a change that is the same for
 * thousands of machines is seen to be the same. Different values get different names: texts that differ stay different.
 */

import type { JsonValue } from '../go-json.ts';
import type { Group } from '../group.ts';
import type { Labels } from '../group-index.ts';

/** Shorter ones are found everywhere. */
const minLength = 3;

export interface OwnValues {
  /** Replaces each value by its name between NULs, which no text has. */
  inBefore(text: string): string;
  inAfter(text: string): string;
}

/**
 * @param before the machine's group in the old version, undefined where it has none
 * @param moved it gets another group: then the metadata of both are its own, else only what is the same in both
 */
export function ownValues(
  query: string,
  labels: Labels,
  { before, after, moved }: { before: Group | undefined; after: Group | undefined; moved: boolean },
): OwnValues {
  const names = new Map<string, string>();
  for (const [key, value] of labels) {
    add(names, `label ${key}`, value);
    add(names, `dashed ${key}`, value.replaceAll(':', '-'));
  }
  add(names, 'query', query);
  const old = new Map(leavesOf(before));
  const now = new Map(leavesOf(after));
  for (const [path, value] of old) if (now.get(path) === value) add(names, path, value);
  const both = replacer(names);
  if (!moved) return { inBefore: both, inAfter: both };
  return { inBefore: replacer(extended(names, 'old', old)), inAfter: replacer(extended(names, 'new', now)) };
}

function add(names: Map<string, string>, name: string, value: string): void {
  if (value.length >= minLength && !names.has(value)) names.set(value, name);
}

function extended(names: ReadonlyMap<string, string>, prefix: string, own: ReadonlyMap<string, string>) {
  const result = new Map(names);
  for (const [path, value] of own) add(result, `${prefix} ${path}`, value);
  return result;
}

function replacer(names: ReadonlyMap<string, string>): (text: string) => string {
  if (names.size === 0) return (text) => text;
  const longestFirst = [...names.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(escapePattern).join('|'), 'g');
  return (text) => text.replace(pattern, (value) => `\0${names.get(value)}\0`);
}

function* leavesOf(group: Group | undefined): Generator<[path: string, value: string]> {
  if (group === undefined) return;
  yield ['group', group.id];
  yield* leaves('metadata', group.metadata);
}

function* leaves(path: string, value: JsonValue | undefined): Generator<[path: string, value: string]> {
  if (typeof value === 'string') yield [path, value];
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* leaves(`${path}.${index}`, item);
  else if (value instanceof Map) for (const [key, item] of value) yield* leaves(`${path}.${JSON.stringify(key)}`, item);
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
