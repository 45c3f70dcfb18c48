import { expect, test } from 'vitest';
import { takeCensus } from './census.ts';
import { newMachine } from './machine.ts';

test('takeCensus counts states, flags, and how long the first stall lasts', () => {
  const machines = [
    { ...newMachine('m-1', 0), inbox: false, state: 'running' as const },
    { ...newMachine('m-2', 0), inbox: false, state: 'stalled' as const, stateSince: 10_000 },
    { ...newMachine('m-3', 0), inbox: false, state: 'stalled' as const, stateSince: 40_000 },
    { ...newMachine('m-4', 0), orders: { hold: 'x' }, loop: { since: 0, starts: 3, installation: 'p' } },
  ];
  expect(takeCensus(machines, 70_000)).toEqual({
    states: { unknown: 1, seen: 0, booting: 0, installing: 0, installed: 0, running: 1, failed: 0, stalled: 2 },
    inbox: 1,
    loops: 1,
    held: 1,
    oldestStallSeconds: 60,
  });
  expect(takeCensus([], 70_000).oldestStallSeconds).toBe(0);
});
