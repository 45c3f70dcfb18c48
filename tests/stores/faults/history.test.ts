import { expect, test } from 'vitest';
import { divergence, type Operation, unexplained } from './history.ts';

const swap = (from: string, to: string, made: boolean | undefined, startMs: number, endMs: number): Operation => ({
  file: 'f',
  startMs,
  endMs,
  call: { kind: 'swap', from, to, made },
});
const read = (found: string, startMs: number, endMs: number): Operation => ({
  file: 'f',
  startMs,
  endMs,
  call: { kind: 'read', found },
});

test('unexplained takes calls that overlap in whichever order explains them', () => {
  expect(
    unexplained([swap('', 'a', true, 0, 10), read('', 1, 2), read('a', 3, 4), swap('', 'b', false, 5, 12)]),
  ).toEqual([]);
});

test('unexplained takes a swap of unknown outcome that was made late, and one that never was', () => {
  const unknown = swap('a', 'b', undefined, 10, Number.POSITIVE_INFINITY);
  expect(unexplained([swap('', 'a', true, 0, 1), unknown, read('a', 20, 21), read('b', 30, 31)])).toEqual([]);
  expect(unexplained([swap('', 'a', true, 0, 1), unknown, read('a', 20, 21)])).toEqual([]);
});

test.each([
  ['a stale read', [swap('', 'a', true, 0, 1), read('', 2, 3)]],
  ['two swaps of one content that were both made', [swap('', 'a', true, 0, 10), swap('', 'b', true, 1, 11)]],
  ['an acknowledged swap that was lost', [swap('', 'a', true, 0, 1), swap('', 'b', true, 2, 3)]],
  ['a refusal without reason', [swap('', 'a', false, 0, 1)]],
  ['a read of what nobody wrote', [read('x', 0, 1)]],
  ['a refused swap that is there', [swap('', 'a', true, 0, 1), swap('b', 'c', false, 2, 3), read('c', 4, 5)]],
])('unexplained refuses %s', (_, operations) => {
  expect(unexplained(operations)).toEqual(['f']);
});

test('divergence takes replicas that heard a part, and refuses one that missed, doubled or swapped a change', () => {
  expect(divergence([['1 a', '2 b', '3 c'], ['1 a', '2 b'], []])).toBe('');
  expect(
    divergence([
      ['1 a', '2 b', '3 c'],
      ['1 a', '3 c'],
    ]),
  ).toBe('replica 1 heard 3 c where another heard 2 b');
  expect(
    divergence([
      ['1 a', '2 b', '3 c'],
      ['1 a', '1 a'],
    ]),
  ).not.toBe('');
  expect(
    divergence([
      ['1 a', '2 b', '3 c'],
      ['2 b', '1 a'],
    ]),
  ).not.toBe('');
});
