import { expect, test } from 'vitest';
import { isKnownOf, type Machine, newMachine } from './machine.ts';

const boot = { id: 'b-1', startedAt: 10, steps: { script: 20 }, installation: 'worker 1' };
const before: Machine = { ...newMachine('m-1', 10), boot, addresses: [{ address: '192.0.2.7', at: 20 }] };

test('isKnownOf takes a machine for known that did the same later', () => {
  const addresses = [{ address: '192.0.2.7', at: 30 }];
  const later = { ...before, lastSeen: 30, addresses, boot: { ...boot, steps: { script: 30 } } };
  expect(isKnownOf(later, before)).toBe(true);
});

test.each([
  { state: 'booting' as const },
  { group: 'node1' },
  { labels: [['os', 'installed'] as const] },
  { orders: { disk: true as const } },
  { addresses: [{ address: '192.0.2.8', at: 20 }] },
  { addresses: [] },
  { boot: { ...boot, id: 'b-2' } },
  { boot: { ...boot, steps: { ...boot.steps, kernel: 30 } } },
  { boot: { ...boot, toDisk: 30 } },
])('isKnownOf takes no machine for known of which there is something new: %o', (change) => {
  expect(isKnownOf({ ...before, ...change }, before)).toBe(false);
  expect(isKnownOf(before, { ...before, ...change })).toBe(false);
});
