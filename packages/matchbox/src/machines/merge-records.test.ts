import { expect, test } from 'vitest';
import { type Machine, newMachine } from './machine.ts';
import { mergeRecords } from './merge-records.ts';

const base: Machine = {
  ...newMachine('m-1', 100),
  macs: ['52:54:00:00:00:01'],
  addresses: [{ address: '10.0.0.1', at: 100 }],
  orders: { hold: 'maintenance' },
  starts: [{ at: 100, installation: 'p 1', boot: 'b-1' }],
};

test('mergeRecords takes what one of the two changed from that one', () => {
  const mine: Machine = { ...base, hostname: 'node1', labels: [['os', 'x']], lastSeen: 200 };
  const theirs: Machine = { ...base, state: 'installed', stateSince: 150, installed: { at: 150, by: 'operator' } };
  const merged = mergeRecords(base, mine, theirs);
  expect(merged).toEqual({ ...theirs, hostname: 'node1', labels: [['os', 'x']], lastSeen: 200 });
  expect(mergeRecords(base, theirs, mine)).toEqual(merged);
});

test('mergeRecords joins starts and addresses, and leaves out what either took away', () => {
  const mine: Machine = {
    ...base,
    addresses: [{ address: '10.0.0.2', at: 300 }],
    starts: [...base.starts, { at: 300, installation: 'p 1', boot: 'b-3' }],
  };
  const theirs: Machine = { ...base, starts: [...base.starts, { at: 200, installation: 'p 1', boot: 'b-2' }] };
  const merged = mergeRecords(base, mine, theirs);
  expect(merged.starts.map(({ boot }) => boot)).toEqual(['b-1', 'b-2', 'b-3']);
  expect(merged.addresses).toEqual([{ address: '10.0.0.2', at: 300 }]);
  expect(mergeRecords(base, { ...base, starts: [] }, theirs).starts.map(({ boot }) => boot)).toEqual(['b-2']);
});

test('mergeRecords keeps an order that was given and one that was taken back', () => {
  const released: Machine = { ...base, orders: {} };
  const ordered: Machine = { ...base, orders: { hold: 'maintenance', disk: true } };
  expect(mergeRecords(base, released, ordered).orders).toEqual({ disk: true });
  expect(mergeRecords(base, ordered, released).orders).toEqual({ disk: true });
});

test('mergeRecords takes the later of two states, and of two boots', () => {
  const boot = (id: string, startedAt: number, steps = {}) => ({ id, startedAt, steps });
  const mine: Machine = { ...base, state: 'booting', stateSince: 300, boot: boot('b-3', 300) };
  const theirs: Machine = { ...base, state: 'failed', stateSince: 200, stateReason: 'disk', boot: boot('b-2', 200) };
  for (const merged of [mergeRecords(base, mine, theirs), mergeRecords(base, theirs, mine)]) {
    expect([merged.state, merged.stateSince, merged.stateReason, merged.boot?.id]).toEqual([
      'booting',
      300,
      undefined,
      'b-3',
    ]);
  }
});

test('mergeRecords joins the steps of one boot that two replicas served', () => {
  const boot = (steps: object): Machine => ({ ...base, boot: { id: 'b-1', startedAt: 100, steps } });
  const merged = mergeRecords(boot({ script: 100 }), boot({ script: 100, kernel: 110 }), boot({ script: 120 }));
  expect(merged.boot?.steps).toEqual({ script: 120, kernel: 110 });
});
