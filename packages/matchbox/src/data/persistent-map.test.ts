import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyMap, type PersistentMap } from './persistent-map.ts';

const of = (entries: readonly (readonly [string, number])[], from: PersistentMap<number> = emptyMap()) => {
  const editor = from.edit();
  for (const [key, value] of entries) editor.set(key, value);
  return editor.done();
};

test('a map has what was set, under keys of every sort', () => {
  const map = of([
    ['', 0],
    ['__proto__', 1],
    ['constructor', 2],
    ['é', 3],
    ['\ud800', 4],
  ]);
  expect(['', '__proto__', 'constructor', 'é', '\ud800', 'toString'].map((key) => map.get(key))).toEqual([
    0,
    1,
    2,
    3,
    4,
    undefined,
  ]);
  expect(map.size).toBe(5);
});

test('a map stays as it is while copies of it change', () => {
  const first = of(Array.from({ length: 5000 }, (_, i) => [`key${i}`, i] as const));
  const editor = first.edit();
  editor.set('key7', -7);
  expect(editor.delete('key8')).toBe(true);
  expect(editor.delete('none')).toBe(false);
  expect([editor.get('key7'), first.get('key7')]).toEqual([-7, 7]);
  const second = editor.done();
  const third = of([['key9', -9]], second);
  expect([first.size, second.size, third.size]).toEqual([5000, 4999, 4999]);
  expect([first, second, third].map((map) => [map.get('key7'), map.get('key8'), map.get('key9')])).toEqual([
    [7, 8, 9],
    [-7, undefined, 9],
    [-7, undefined, -9],
  ]);
});

test('a map does what Map does', () => {
  const step = fc.tuple(fc.constantFrom('set', 'delete', 'next'), fc.string({ maxLength: 2 }), fc.nat());
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const model = new Map<string, number>();
      let editor = emptyMap<number>().edit();
      for (const [what, key, value] of steps) {
        if (what === 'set') {
          model.set(key, value);
          editor.set(key, value);
        } else if (what === 'delete') expect(editor.delete(key)).toBe(model.delete(key));
        else editor = editor.done().edit();
        expect(editor.get(key)).toBe(model.get(key));
      }
      const map = editor.done();
      expect(map.size).toBe(model.size);
      for (const [key, value] of model) expect(map.get(key)).toBe(value);
    }),
  );
});

test('a map keeps keys apart whose hashes are equal', () => {
  // Found by trying: FNV-1a gives both the same 32 bits.
  const pairs = [
    ['costarring', 'liquid'],
    ['declinate', 'macallums'],
    ['altarage', 'zinke'],
  ].flat();
  const map = of(pairs.map((key, i) => [key, i] as const));
  expect(pairs.map((key) => map.get(key))).toEqual([0, 1, 2, 3, 4, 5]);
});
