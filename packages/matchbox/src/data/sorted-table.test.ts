import { compareBytes } from '@matchbox/gotext';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyTable, type SortedTable } from './sorted-table.ts';

interface Item {
  readonly name: string;
  readonly value: number;
}

function of(names: readonly string[], from: SortedTable<Item> = emptyTable()): SortedTable<Item> {
  const editor = from.edit();
  for (const [value, name] of names.entries()) editor.set({ name, value });
  return editor.done();
}

const names = (table: SortedTable<Item>) => table.toArray().map(({ name }) => name);

test('a table is in byte order, not in that of UTF-16', () => {
  expect(names(of(['b', 'a/z', '\ue000', '🚀', 'é', 'B', '']))).toEqual(['', 'B', 'a/z', 'b', 'é', '\ue000', '🚀']);
});

test('a table finds what begins with a text', () => {
  const table = of(['a', 'b/x', 'b/y', 'c']);
  expect(['', 'b/', 'b/y', 'b0', 'd'].map((name) => table.firstFrom(name)?.name)).toEqual([
    'a',
    'b/x',
    'b/y',
    'c',
    undefined,
  ]);
});

test('a table stays as it is while copies of it change', () => {
  const first = of(Array.from({ length: 3000 }, (_, i) => `name${String(i).padStart(4, '0')}`));
  const editor = first.edit();
  editor.set({ name: 'name0007', value: -7 });
  editor.delete('name0008');
  editor.set({ name: 'name0008a', value: 8 });
  const second = editor.done();
  expect([first.size, second.size]).toEqual([3000, 3000]);
  expect([first.get('name0007')?.value, second.get('name0007')?.value]).toEqual([7, -7]);
  expect([first.get('name0008')?.value, second.get('name0008')]).toEqual([8, undefined]);
  expect(first.toArray().length).toBe(3000);
  expect(
    second
      .toArray()
      .slice(7, 10)
      .map(({ name }) => name),
  ).toEqual(['name0007', 'name0008a', 'name0009']);
});

test('a table does what a sorted array does, over many pieces', () => {
  const step = fc.tuple(fc.constantFrom('set', 'set', 'delete', 'next'), fc.nat({ max: 3000 }));
  fc.assert(
    fc.property(fc.array(step, { minLength: 500, maxLength: 3000 }), (steps) => {
      const model = new Map<string, number>();
      let editor = emptyTable<Item>().edit();
      for (const [value, [what, number]] of steps.entries()) {
        const name = `n${number}`;
        if (what === 'set') {
          model.set(name, value);
          editor.set({ name, value });
        } else if (what === 'delete') {
          model.delete(name);
          editor.delete(name);
        } else editor = editor.done().edit();
        expect(editor.get(name)?.value).toBe(model.get(name));
      }
      const table = editor.done();
      expect(names(table)).toEqual([...model.keys()].sort(compareBytes));
      expect(table.size).toBe(model.size);
    }),
    { numRuns: 30 },
  );
});
