import { beforeEach, expect, test } from 'vitest';
import { openMemoryArchive } from '../state/archive.ts';
import { openMemoryState } from '../state/memory.ts';
import { type ActionOrder, act } from './actions.ts';
import type { Machine } from './machine.ts';
import { Machines } from './machines.ts';
import { readReport } from './report.ts';
import { ReportDesk } from './reports.ts';
import { type StateChange, StateError, type StateStore } from './state-store.ts';
import { makeToken } from './token.ts';

/** A store whose commits end when the test says so. */
let store: StateStore;
let waiting: { readonly change: StateChange; readonly keep: () => Promise<void>; readonly fail: () => void }[];
let machines: Machines;

const labels = new Map([['mac', '52:54:00:a1:9c:ae']]);
const order = (of: Partial<ActionOrder>): ActionOrder => ({
  action: 'hold',
  once: false,
  reason: '',
  actor: 'ann',
  ...of,
});

beforeEach(async () => {
  const kept = openMemoryState();
  store = kept;
  machines = await Machines.open({
    store: { ...kept, commit: (change) => commit(kept, change) },
    archive: openMemoryArchive(),
    baseUrl: () => '',
  });
  machines.recognise(labels, '192.0.2.7');
  waiting = [];
});

function commit(kept: StateStore, change: StateChange): Promise<void> {
  // The secret is made before anybody waits.
  if (change.puts?.some(({ table }) => table === 'tokens')) return kept.commit(change);
  return new Promise((resolve, reject) => {
    waiting.push({
      change,
      keep: () => kept.commit(change).then(resolve),
      fail: () => reject(new StateError('write_failed', 'write /state: read-only file system')),
    });
  });
}

const machine = (): Machine => [...machines.registry.all()][0]!;
const kept = () => store.table('machines').get(machine().id) as Machine | undefined;

test('an order is in force once it is kept, and not before', async () => {
  const ordered = act(machines, machine(), order({ reason: 'fan is broken' }));
  expect(machine().orders).toEqual({});
  await waiting[0]!.keep();
  expect(await ordered).toMatchObject({ orders: { hold: 'fan is broken' } });
  expect(machine().orders).toEqual({ hold: 'fan is broken' });
});

test.each(['hold', 'disk', 'installed', 'forget'] as const)(
  'an order that cannot be kept is not in force: %s',
  async (action) => {
    const before = machine();
    const told: string[] = [];
    machines.listen({ happened: ({ what }) => told.push(what), forgotten: () => told.push('forgotten') });
    const ordered = act(machines, before, order({ action }));
    waiting[0]!.fail();
    await expect(ordered).rejects.toThrow('read-only file system');
    expect(machine()).toEqual(before);
    expect(told).toEqual([]);
  },
);

test('a report counts at once, and is acknowledged once it is kept', async () => {
  const secret = store.table('tokens').get('secret') as string;
  const token = makeToken({ machine: machine().id, boot: 'b-1' }, secret);
  const desk = new ReportDesk(machines, 'token');
  const take = (state: string) =>
    desk.take(() => readReport(new Uint8Array(), new Map([['state', state]])), { token, address: '' });
  const taken = take('failed');
  expect(machine().state).toBe('failed');
  await waiting[0]!.keep();
  expect(await taken).toBe('kept');
  expect(kept()?.state).toBe('failed');
  const lost = take('running');
  waiting[1]!.fail();
  await expect(lost).rejects.toThrow('read-only file system');
  expect(machine().state).toBe('running');
});

test('two orders at once are both kept, and in force', async () => {
  const held = act(machines, machine(), order({ reason: 'fan is broken' }));
  const again = act(machines, machine(), order({ action: 'disk' }));
  for (const { keep } of waiting) await keep();
  await Promise.all([held, again]);
  expect(machine().orders).toEqual({ disk: true });
  expect(kept()?.orders).toEqual({ disk: true });
});

test('what is flushed while an order is being kept has the order', async () => {
  const ordered = act(machines, machine(), order({ reason: 'fan is broken' }));
  const closed = machines.close();
  for (const { keep } of waiting) await keep();
  expect(kept()?.orders).toEqual({ hold: 'fan is broken' });
  await Promise.all([ordered, closed]);
});
