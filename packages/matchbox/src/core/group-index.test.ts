import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBytes } from './byte-string.ts';
import { decodeFile, type GroupEntry } from './file-entry.ts';
import { selectorText } from './group.ts';
import { indexGroups, type Labels } from './group-index.ts';

function entry(name: string, selector: Readonly<Record<string, string>>): GroupEntry {
  const text = JSON.stringify({ id: name, profile: 'p', selector });
  return decodeFile('groups', `${name}.json`, new TextEncoder().encode(text));
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
      expect(indexGroups(entries).select(labels)?.name).toBe(linearScan(entries, labels)?.name);
    }),
    { numRuns: 500 },
  );
});
