import { expect, test } from 'vitest';
import { rangesOf } from './ranges.ts';

test('rangesOf cuts everything into parts of nearly one size', () => {
  expect(rangesOf(7, 3)).toEqual([
    { from: 0, to: 2 },
    { from: 2, to: 4 },
    { from: 4, to: 7 },
  ]);
  expect(rangesOf(0, 1)).toEqual([{ from: 0, to: 0 }]);
});
