/**
 * Finds the group for a machine's labels without looking at every group: groups are bucketed by their set of selector
 * keys, and a lookup is one map access per distinct set, those with the most keys first. Immutable: a changed copy shares
 * what did not change.
 */
import { compareBytes } from '@matchbox/gotext';
import type { GroupEntry } from './file-entry.ts';
import { selectorText } from './group.ts';
import { emptyMap, type MapEditor, type PersistentMap } from './persistent-map.ts';

export type Labels = ReadonlyMap<string, string>;

export interface GroupIndex {
  /** @returns the entry of the group that wins, or undefined when none matches */
  select(labels: Labels | undefined): GroupEntry | undefined;
  edit(): GroupIndexEditor;
}

/** Makes changes that nobody sees before `done()`. */
export interface GroupIndexEditor {
  /** @param order of equals the one with the first order, in bytes, wins */
  add(entry: GroupEntry, order: string): void;
  /** @param order with which it was added */
  remove(entry: GroupEntry, order: string): void;
  done(): GroupIndex;
}

interface Candidate {
  readonly entry: GroupEntry;
  readonly order: string;
}

/** Groups with the same selector: one as a rule, else the first wins. */
type Candidates = Candidate | readonly Candidate[];

interface Bucket {
  readonly keys: readonly string[];
  readonly byValues: PersistentMap<Candidates>;
}

const noLabels: Labels = new Map();

export const emptyGroupIndex: GroupIndex = createIndex(new Map());

/** @param buckets by the id of their set of keys */
function createIndex(buckets: ReadonlyMap<string, Bucket>): GroupIndex {
  const levels = levelsOf([...buckets.values()]);
  return {
    select: (labels) => selectFrom(levels, labels)?.entry,
    edit: () => editIndex(buckets),
  };
}

function editIndex(buckets: ReadonlyMap<string, Bucket>): GroupIndexEditor {
  const edited = new Map<string, { readonly keys: readonly string[]; readonly byValues: MapEditor<Candidates> }>();
  const bucketOf = (entry: GroupEntry) => {
    const { selector } = entry.value!;
    const keys = selector.size < 2 ? [...selector.keys()] : [...selector.keys()].sort(compareBytes);
    // The number of keys belongs to it: one empty key is not the same as none.
    const id = `${keys.length} ${joinUnambiguously(keys)}`;
    let bucket = edited.get(id);
    if (bucket === undefined) {
      const known = buckets.get(id);
      bucket = { keys: known?.keys ?? keys, byValues: (known?.byValues ?? emptyMap<Candidates>()).edit() };
      edited.set(id, bucket);
    }
    return { byValues: bucket.byValues, values: joinUnambiguously(keys.map((key) => selector.get(key)!)) };
  };
  return {
    add: (entry, order) => {
      const { byValues, values } = bucketOf(entry);
      byValues.set(values, withCandidate(byValues.get(values), { entry, order }));
    },
    remove: (entry, order) => {
      const { byValues, values } = bucketOf(entry);
      const rest = listOf(byValues.get(values)).filter((candidate) => candidate.order !== order);
      if (rest.length === 0) byValues.delete(values);
      else byValues.set(values, rest.length === 1 ? rest[0]! : rest);
    },
    done: () => {
      const next = new Map(buckets);
      for (const [id, { keys, byValues }] of edited) {
        const map = byValues.done();
        if (map.size === 0) next.delete(id);
        else next.set(id, { keys, byValues: map });
      }
      return createIndex(next);
    },
  };
}

function listOf(candidates: Candidates | undefined): readonly Candidate[] {
  if (candidates === undefined) return [];
  return 'order' in candidates ? [candidates] : candidates;
}

function withCandidate(candidates: Candidates | undefined, added: Candidate): Candidates {
  if (candidates === undefined) return added;
  return [...listOf(candidates), added].sort((a, b) => compareBytes(a.order, b.order));
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

function selectFrom(levels: readonly (readonly Bucket[])[], labels: Labels | undefined): Candidate | undefined {
  for (const level of levels) {
    let best: Candidate | undefined;
    for (const bucket of level) {
      const found = candidateIn(bucket, labels);
      if (found !== undefined && (best === undefined || beats(found, best))) best = found;
    }
    if (best !== undefined) return best;
  }
  return undefined;
}

function candidateIn({ keys, byValues }: Bucket, labels: Labels | undefined): Candidate | undefined {
  if (labels === undefined && keys.length > 0) return undefined;
  const found = byValues.get(valuesKey(keys, labels ?? noLabels));
  if (found === undefined) return undefined;
  return 'order' in found ? found : found[0]!;
}

/** Among equally many selectors the greatest sorted `key=value` list wins. */
function beats(a: Candidate, b: Candidate): boolean {
  const order = compareBytes(selectorText(a.entry.value!.selector), selectorText(b.entry.value!.selector));
  return order === 0 ? compareBytes(a.order, b.order) < 0 : order > 0;
}

function valuesKey(keys: readonly string[], labels: Labels): string {
  if (keys.length === 1) return labelOf(labels, keys[0]!);
  return joinUnambiguously(keys.map((key) => labelOf(labels, key)));
}

/** What a selector is compared with: a label that is absent counts as the empty string. */
export function labelOf(labels: Labels, key: string): string {
  return labels.get(key) ?? '';
}

function joinUnambiguously(parts: readonly string[]): string {
  return parts.length === 1 ? parts[0]! : parts.map((part) => `${part.length}:${part}`).join('');
}
