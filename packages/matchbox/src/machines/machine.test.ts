import { expect, test } from 'vitest';
import { type Boot, bootSteps, isKnownOf, type Machine, newMachine } from './machine.ts';

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

/** A member more does not compile until it is here, and so is looked at. */
const otherBoot: Required<Omit<Boot, 'steps'>> = {
  id: 'b-2',
  startedAt: 11,
  installation: 'worker 2',
  cut: { what: 'kernel', sent: 1, of: 2 },
  resets: 1,
  returns: { at: 1, times: 1 },
  loading: { what: 'kernel', since: 1 },
  netboot: {},
  unsure: 1,
  network: 1,
  toDisk: 1,
  refused: { what: 'ipxe', status: 404, reason: 'no_group', times: 1, since: 1 },
};

const other: Required<Omit<Machine, 'lastSeen' | 'addresses' | 'boot'>> = {
  id: 'm-2',
  uuids: [],
  macs: [],
  serials: [],
  hostname: 'node2',
  firstSeen: 11,
  labels: [],
  group: 'node2',
  profile: 'other',
  inbox: false,
  state: 'seen',
  stateSince: 11,
  stateReason: 'why',
  installed: { at: 1, by: 'report' },
  reportedAt: 1,
  orders: {},
  starts: [],
  loop: { since: 1, starts: 3, installation: 'worker 1' },
  absorbed: [],
  merged: [],
  apart: [],
  collisions: [],
};

test.each(Object.entries(other))('isKnownOf looks at a machine’s %s', (name, value) => {
  expect(isKnownOf({ ...before, [name]: value }, before)).toBe(false);
});

test.each(Object.entries(otherBoot))('isKnownOf looks at a boot’s %s', (name, value) => {
  expect(isKnownOf({ ...before, boot: { ...boot, [name]: value } }, before)).toBe(false);
});

test.each(bootSteps.filter((step) => step !== 'script'))('isKnownOf looks whether a boot came to %s', (step) => {
  expect(isKnownOf({ ...before, boot: { ...boot, steps: { ...boot.steps, [step]: 30 } } }, before)).toBe(false);
});
