/**
 * Finds the group for a machine's labels without looking at every group: groups are bucketed by their set of selector
 * keys, and a lookup is one map access per distinct set, those with the most keys first.
 */
import { compareBytes } from './byte-string.ts';
import type { GroupEntry } from './file-entry.ts';
import { selectorText } from './group.ts';

export type Labels = ReadonlyMap<string, string>;

export interface GroupIndex {
  /** @returns the entry of the group that wins, or undefined when none matches */
  select(labels: Labels): GroupEntry | undefined;
}

interface Candidate {
  readonly entry: GroupEntry;
  /** Sorted `key=value` list: among equally many selectors the greatest wins. */
  readonly text: string;
  /** Place among the candidates: of equals the first wins. */
  readonly position: number;
}

interface Bucket {
  readonly keys: readonly string[];
  readonly byValues: Map<string, Candidate>;
}

/** @param entries groups in force, in candidate order (that of their file names) */
export function indexGroups(entries: readonly GroupEntry[]): GroupIndex {
  const buckets = new Map<string, Bucket>();
  for (const [position, entry] of entries.entries()) {
    const selector = entry.value!.selector;
    const keys = [...selector.keys()].sort(compareBytes);
    // The number of keys belongs to it: one empty key is not the same as none.
    const id = `${keys.length} ${joinUnambiguously(keys)}`;
    let bucket = buckets.get(id);
    if (bucket === undefined) {
      bucket = { keys, byValues: new Map() };
      buckets.set(id, bucket);
    }
    const values = joinUnambiguously(keys.map((key) => selector.get(key)!));
    if (!bucket.byValues.has(values)) {
      bucket.byValues.set(values, { entry, text: selectorText(selector), position });
    }
  }
  const levels = levelsOf([...buckets.values()]);
  return { select: (labels) => selectFrom(levels, labels)?.entry };
}

/** Buckets by their number of keys, most keys first. */
function levelsOf(buckets: readonly Bucket[]): Bucket[][] {
  const levels = new Map<number, Bucket[]>();
  for (const bucket of buckets) {
    const level = levels.get(bucket.keys.length);
    if (level === undefined) levels.set(bucket.keys.length, [bucket]);
    else level.push(bucket);
  }
  return [...levels].sort(([a], [b]) => b - a).map(([, level]) => level);
}

function selectFrom(levels: readonly (readonly Bucket[])[], labels: Labels): Candidate | undefined {
  for (const level of levels) {
    let best: Candidate | undefined;
    for (const { keys, byValues } of level) {
      const found = byValues.get(valuesKey(keys, labels));
      if (found !== undefined && (best === undefined || beats(found, best))) best = found;
    }
    if (best !== undefined) return best;
  }
  return undefined;
}

function beats(a: Candidate, b: Candidate): boolean {
  const order = compareBytes(a.text, b.text);
  return order === 0 ? a.position < b.position : order > 0;
}

function valuesKey(keys: readonly string[], labels: Labels): string {
  if (keys.length === 1) return joinUnambiguously([labelOf(labels, keys[0]!)]);
  return joinUnambiguously(keys.map((key) => labelOf(labels, key)));
}

/** What a selector is compared with: a label that is absent counts as the empty string. */
export function labelOf(labels: Labels, key: string): string {
  return labels.get(key) ?? '';
}

function joinUnambiguously(parts: readonly string[]): string {
  return parts.length === 1 ? parts[0]! : parts.map((part) => `${part.length}:${part}`).join('');
}
