import { afterEach, expect, test, vi } from 'vitest';
import { createLookPlan } from './look-plan.ts';

afterEach(() => vi.restoreAllMocks());

test('createLookPlan waits no negative time, of which Node 24 warns', () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => ++now);
  const timers = vi.spyOn(globalThis, 'setTimeout');
  const plan = createLookPlan({ onDue: () => {}, isHeard: () => true });
  plan.looked('all', { changes: [], againMs: 0, unsettled: [], unsettledAll: true, doubtMs: undefined }, 0);
  plan.close();
  const waits = timers.mock.calls.map(([, ms]) => ms ?? 0);
  expect(waits.length).toBe(2);
  expect(waits.filter((ms) => ms < 0)).toEqual([]);
});
