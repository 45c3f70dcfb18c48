import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortInTurns } from './sort-in-turns.ts';

test('sortInTurns sorts as sort does, and keeps equal ones in their order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(9000), fc.nat(200), async (length, keys) => {
      const list = Array.from({ length }, (_, i) => ({ key: `${(i * 7919) % (keys + 1)}`, i }));
      const sorted = await sortInTurns(list);
      expect(sorted).toEqual(list.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)));
    }),
    { numRuns: 30 },
  );
});

test('sortInTurns gives others their turns', async () => {
  const list = Array.from({ length: 100_000 }, (_, i) => ({ key: `${(i * 7919) % 100_003}` }));
  let turns = 0;
  let isSorting = true;
  const count = () => {
    turns++;
    if (isSorting) setImmediate(count);
  };
  setImmediate(count);
  await sortInTurns(list);
  isSorting = false;
  // 98 runs of 1,024, and seven times as many elements that are merged.
  expect(turns).toBeGreaterThan(400);
});
