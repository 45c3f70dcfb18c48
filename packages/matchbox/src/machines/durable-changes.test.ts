import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openMemoryArchive } from '../state/archive.ts';
import { openMemoryState } from '../state/memory.ts';
import type { MachineEvent } from './event.ts';
import { Machines } from './machines.ts';

let machines: Machines;
/** The machines whose records were written, commit by commit. */
let written: string[][];

beforeEach(async () => {
  written = [];
  const kept = openMemoryState();
  machines = await Machines.open({
    store: {
      ...kept,
      commit: async (change) => {
        written.push((change.puts ?? []).map(({ key }) => key));
        await new Promise((resolve) => setTimeout(resolve, 10));
        await kept.commit(change);
      },
    },
    archive: openMemoryArchive(),
    baseUrl: () => '',
  });
  // Opening writes, too.
  vi.useFakeTimers();
});

afterEach(() => vi.useRealTimers());

const report = (machine: string): MachineEvent => ({ kind: 'report', machine, at: Date.now(), what: 'text' });

test('a record that a report has written is not written once more', async () => {
  const { id } = machines.recognise(new Map([['mac', '52:54:00:a1:9c:ae']]), '192.0.2.7')!;
  written = [];
  const done = machines.commit(report(id));
  await vi.advanceTimersByTimeAsync(60_000);
  await done;
  expect(written).toEqual([[id]]);
});

test('what a machine did while its report was written is written afterwards', async () => {
  const { id } = machines.recognise(new Map([['mac', '52:54:00:a1:9c:ae']]), '192.0.2.7')!;
  written = [];
  const done = machines.commit(report(id));
  machines.apply(id, { kind: 'step', step: 'kernel', at: Date.now(), newBoot: () => 'b-1' });
  await vi.advanceTimersByTimeAsync(60_000);
  await done;
  expect(written).toEqual([[id], [id]]);
  expect(machines.store.table('machines').get(id)).toMatchObject({ boot: { id: 'b-1' } });
});

test('a second card that a machine turns out to have is written soon, and what it says again at leisure', async () => {
  const uuid = ['uuid', '16e7d8a7-bfa9-428b-9117-363341bb330a'] as const;
  const { id } = machines.recognise(new Map([['mac', '52:54:00:a1:9c:ae'], uuid]), '192.0.2.7')!;
  await vi.advanceTimersByTimeAsync(60_000);
  written = [];
  machines.recognise(new Map([['mac', '52:54:00:a1:9c:af'], uuid]), '192.0.2.7');
  await vi.advanceTimersByTimeAsync(2000);
  expect(written).toEqual([[id]]);
  expect(machines.store.table('machines').get(id)).toMatchObject({ macs: ['52:54:00:a1:9c:ae', '52:54:00:a1:9c:af'] });
  machines.recognise(new Map([['mac', '52:54:00:a1:9c:af'], uuid]), '192.0.2.7');
  await vi.advanceTimersByTimeAsync(2000);
  expect(written).toEqual([[id]]);
});
