import { expect, test } from 'vitest';
import { slowness, whenOverdue } from './slowness.ts';

test.each([
  [20, 1],
  [150, 1],
  [600, 4],
  [100_000, 10],
])('slowness of a computer that takes %i ms is %i', (ms, factor) => {
  expect(
    slowness(
      () => ms,
      () => 0,
    ),
  ).toBe(factor);
});

test('slowness is what a machine has to share with others, where that is more than what a short measurement shows', () => {
  expect(
    slowness(
      () => 300,
      () => 7,
    ),
  ).toBe(7);
});

test('whenOverdue waits longer when the computer has got busy meanwhile, and no more than ten times as long', async () => {
  const measured = [300, 600, 600];
  const pauses: number[] = [];
  const pause = async (ms: number) => void pauses.push(ms);
  const now = () =>
    slowness(
      () => measured.shift()!,
      () => 0,
    );
  expect(await whenOverdue(1000, pause, now)).toBe(4000);
  expect(pauses).toEqual([2000, 2000]);
  expect(await whenOverdue(1000, pause, () => slowness(() => 1_000_000))).toBe(10_000);
});

test('slowness measures this computer', () => {
  expect(slowness()).toBeGreaterThanOrEqual(1);
});
