import { expect, test } from 'vitest';
import { LeaseClock } from './clock.ts';

test('LeaseClock follows the wall clock in small steps and never goes back', () => {
  const clock = new LeaseClock({ wallMs: 10_000, monotonicMs: 5 });
  expect(clock.read({ wallMs: 11_000, monotonicMs: 1005 })).toBe(11_000);
  expect(clock.read({ wallMs: 11_500, monotonicMs: 1205 })).toBe(11_500);
  expect(clock.read({ wallMs: 11_000, monotonicMs: 1305 })).toBe(11_500);
  expect(clock.jumpedMs).toBe(0);
});

test.each([
  ['forward by a year', 31_536_000_000],
  ['back by a year', -31_536_000_000],
  ['forward by three seconds', 3000],
])('LeaseClock runs on evenly when the wall clock jumps %s, and says by how much', (_, jump) => {
  const clock = new LeaseClock({ wallMs: 1_700_000_000_000, monotonicMs: 0 });
  expect(clock.read({ wallMs: 1_700_000_001_000 + jump, monotonicMs: 1000 })).toBe(1_700_000_001_000);
  expect(clock.jumpedMs).toBe(jump);
  expect(clock.read({ wallMs: 1_700_000_002_000 + jump, monotonicMs: 2000 })).toBe(1_700_000_002_000);
  expect(clock.read({ wallMs: 1_700_000_003_000, monotonicMs: 3000 })).toBe(1_700_000_003_000);
  expect(clock.jumpedMs).toBe(0);
});
