/** Keys of a mapping that stand there more than once. */
import type { YamlNode } from './node.ts';

/** `key` repeats `first`. */
export interface DuplicateKey {
  readonly key: YamlNode;
  readonly first: YamlNode;
}

/**
 * Every pair of equal keys, by the place of the first of the two, then of the second; at most `limit` and at least
 * one, if there are any.
 *
 * Quirk: keys are compared by kind and text only, so two that are lists are equal, and `1` and `"1"` too (go-yaml, decode.go, mapping).
 */
export function findDuplicateKeys(map: YamlNode, limit: number): DuplicateKey[] {
  const groups = groupRepeated(map);
  const pairs: DuplicateKey[] = [];
  if (groups.size === 0) return pairs;
  const passed = new Map<string, number>();
  for (let i = 0; i < map.items.length; i += 2) {
    const first = map.items[i]!;
    const id = keyId(first);
    const group = groups.get(id);
    if (group === undefined) continue;
    const count = (passed.get(id) ?? 0) + 1;
    passed.set(id, count);
    for (let j = count; j < group.length; j++) {
      if (pairs.length >= Math.max(limit, 1)) return pairs;
      pairs.push({ key: group[j]!, first });
    }
  }
  return pairs;
}

/** The keys that occur more than once, by their identity. */
function groupRepeated(map: YamlNode): ReadonlyMap<string, YamlNode[]> {
  const groups = new Map<string, YamlNode[]>();
  if (map.items.length <= 2) return groups;
  const seen = new Map<string, YamlNode>();
  for (let i = 0; i < map.items.length; i += 2) {
    const key = map.items[i]!;
    const id = keyId(key);
    const first = seen.get(id);
    if (first === undefined) seen.set(id, key);
    else if (groups.has(id)) groups.get(id)!.push(key);
    else groups.set(id, [first, key]);
  }
  return groups;
}

function keyId(key: YamlNode): string {
  return key.kind === 'scalar' ? `=${key.value}` : `${key.kind}=${key.value}`;
}
