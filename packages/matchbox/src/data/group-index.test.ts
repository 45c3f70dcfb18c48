import { compareBytes } from '@matchbox/gotext';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFile, type GroupEntry } from './file-entry.ts';
import { selectorText } from './group.ts';
import { emptyGroupIndex, type GroupIndex, type Labels } from './group-index.ts';

function entry(name: string, selector: Readonly<Record<string, string>>): GroupEntry {
  const text = JSON.stringify({ id: name, profile: 'p', selector });
  return decodeFile('groups', `${name}.json`, new TextEncoder().encode(text), { templateFunctions: {} });
}

/** The order of the entries is that in which they are given. */
function indexGroups(entries: readonly GroupEntry[]): GroupIndex {
  const editor = emptyGroupIndex.edit();
  for (const [i, each] of entries.entries()) editor.add(each, String(i).padStart(3, '0'));
  return editor.done();
}

function selected(entries: readonly GroupEntry[], labels: Readonly<Record<string, string>>): string | undefined {
  return indexGroups(entries).select(new Map(Object.entries(labels)))?.value?.id;
}

test('indexGroups takes the group with the most selectors that match', () => {
  const entries = [entry('default', {}), entry('one', { a: '1' }), entry('two', { a: '1', b: '2' })];
  expect(selected(entries, { a: '1', b: '2' })).toBe('two');
  expect(selected(entries, { a: '1', b: '3' })).toBe('one');
  expect(selected(entries, { a: '2' })).toBe('default');
});

test('indexGroups takes the greatest key=value list among equally many selectors', () => {
  const entries = [entry('k1', { alpha: '1' }), entry('k2', { beta: '1' }), entry('upper', { Beta: '1' })];
  expect(selected(entries, { alpha: '1', beta: '1', Beta: '1' })).toBe('k2');
});

test('indexGroups takes the first of equal groups', () => {
  expect(selected([entry('a', { x: '1' }), entry('b', { x: '1' })], { x: '1' })).toBe('a');
});

test('indexGroups counts an absent label as the empty string, and tells an empty key from no key', () => {
  const entries = [entry('empty value', { x: '' }), entry('empty key', { '': 'void' }), entry('default', {})];
  expect(selected(entries, { y: '1' })).toBe('empty value');
  expect(selected(entries, { x: '1' })).toBe('default');
  expect(selected(entries, { x: '1', '': 'void' })).toBe('empty key');
});

/** The rules of the matching, read aloud. */
function linearScan(entries: readonly GroupEntry[], labels: Labels): GroupEntry | undefined {
  const ordered = entries
    .map((each, position) => ({ each, position, selector: each.value!.selector }))
    .sort(
      (a, b) =>
        b.selector.size - a.selector.size ||
        compareBytes(selectorText(b.selector), selectorText(a.selector)) ||
        a.position - b.position,
    );
  return ordered.find(({ selector }) => [...selector].every(([key, value]) => (labels.get(key) ?? '') === value))?.each;
}

test('indexGroups finds what a linear scan finds', () => {
  const key = fc.constantFrom('', 'a', 'b', 'A', 'a=b', '1:', 'é', '𐀀', '\uffee', '__proto__');
  const value = fc.constantFrom('', '1', '2', 'b', ',a=1', '1:2', 'é', '𐀀', '\uffee');
  const selector = fc.array(fc.tuple(key, value), { maxLength: 4 });
  fc.assert(
    fc.property(fc.array(selector, { maxLength: 25 }), selector, (selectors, query) => {
      const entries = selectors.map((pairs, i) => entry(`g${i}`, Object.fromEntries(pairs)));
      const labels = new Map(query);
      const index = indexGroups(entries);
      expect(index.select(labels)?.name).toBe(linearScan(entries, labels)?.name);
      // Of who says nothing at all not even a selector that wants an empty value is met; of an empty list of labels it is.
      const defaults = entries.filter(({ value }) => value!.selector.size === 0);
      expect(index.select(undefined)?.name).toBe(linearScan(defaults, new Map())?.name);
      expect(index.select(new Map())?.name).toBe(linearScan(entries, new Map())?.name);
    }),
    { numRuns: 500 },
  );
});

test('an index stays as it is while a copy of it changes', () => {
  const [a, b, c] = [entry('a', { x: '1' }), entry('b', { x: '1' }), entry('c', { y: '1' })] as const;
  const before = indexGroups([a, b]);
  const editor = before.edit();
  editor.remove(a, '000');
  editor.add(c, '002');
  const after = editor.done();
  const ids = (labels: Labels) => [before, after].map((index) => index.select(labels)?.value?.id);
  expect(ids(new Map([['x', '1']]))).toEqual(['a', 'b']);
  expect(ids(new Map([['y', '1']]))).toEqual([undefined, 'c']);
});

test('an index that was changed by difference finds what one finds that was made at once', () => {
  const key = fc.constantFrom('', 'a', 'b', '__proto__');
  const value = fc.constantFrom('', '1', '2');
  const selector = fc.array(fc.tuple(key, value), { maxLength: 3 });
  const step = fc.tuple(fc.nat({ max: 15 }), fc.option(selector));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.array(selector, { maxLength: 10 }), (steps, queries) => {
      const groups = new Map<number, GroupEntry>();
      let index = emptyGroupIndex;
      for (const [number, pairs] of steps) {
        const editor = index.edit();
        const order = String(number).padStart(2, '0');
        const before = groups.get(number);
        if (before !== undefined) editor.remove(before, order);
        groups.delete(number);
        if (pairs !== null) {
          const added = entry(`g${order}`, Object.fromEntries(pairs));
          groups.set(number, added);
          editor.add(added, order);
        }
        index = editor.done();
      }
      const inOrder = [...groups].sort(([a], [b]) => a - b).map(([, each]) => each);
      for (const query of queries) {
        const labels = new Map(query);
        expect(index.select(labels)?.name).toBe(linearScan(inOrder, labels)?.name);
      }
    }),
    { numRuns: 300 },
  );
});
