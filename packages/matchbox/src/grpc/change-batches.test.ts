import { afterEach, expect, test, vi } from 'vitest';
import { parseMachineQuery } from '../machines/query.ts';
import { openMemoryMachines } from '../memory-machines.ts';
import { type Batch, createChangeBatches, tellAfterMs, watchBatches } from './change-batches.ts';

afterEach(() => void vi.useRealTimers());

/** Machines, and batches that are told when the test says so. */
async function open() {
  const machines = await openMemoryMachines();
  let scheduled: (() => void)[] = [];
  const prepared: object[] = [];
  const batches = createChangeBatches(machines, parseMachineQuery, (message) => void prepared.push(message), {
    soon: (run) => void scheduled.push(run),
    inPieces: (pieces, then) => {
      for (const make of pieces) make();
      then();
    },
    inTurn: (run) => run(),
  });
  const tell = () => {
    const runs = scheduled;
    scheduled = [];
    for (const run of runs) run();
    return runs.length;
  };
  const see = (number: number) => {
    const labels = new Map([
      ['mac', `52:54:00:00:00:0${number}`],
      ['rack', number < 5 ? 'low' : 'high'],
    ]);
    const machine = machines.recognise(labels, '192.0.2.1')!;
    machines.update({ ...machine, stateReason: `seen ${number}` });
    return machine;
  };
  return { machines, batches, prepared, tell, see };
}

const reasonsOf = ({ message: { change } }: Batch) =>
  change.case === 'changes' ? change.value.machines.map(({ stateReason }) => stateReason) : [];

test('tellAfterMs: many pages together are told fifty times a second, each of them every two seconds at the latest', () => {
  expect([1, 10, 20, 60, 400].map(tellAfterMs)).toEqual([200, 200, 400, 1200, 2000]);
});

test('createChangeBatches: many changes of a machine are one, and all who ask the same get the same message', async () => {
  const { batches, tell, see, machines } = await open();
  const [one, other]: [Batch[], Batch[]] = [[], []];
  batches.watch('', (batch) => one.push(batch));
  batches.watch('', (batch) => other.push(batch));
  const machine = see(1);
  machines.update({ ...machine, stateReason: 'the last word', labels: [['rack', 'low']] });
  expect(tell()).toBe(1);
  expect(one.map(reasonsOf)).toEqual([['the last word']]);
  expect(other[0]!.message).toBe(one[0]!.message);
  const { change } = one[0]!.message;
  // What a list does not show is left out.
  expect(change.case === 'changes' && change.value.machines[0]!.labels).toEqual([]);
  expect(tell()).toBe(0);
});

test('createChangeBatches: each query gets its own machines; nothing is sent where none of them changed', async () => {
  const { batches, tell, see } = await open();
  const [low, high]: [Batch[], Batch[]] = [[], []];
  batches.watch('rack:low', (batch) => low.push(batch));
  const ofHigh = batches.watch('rack:high', (batch) => high.push(batch));
  see(1);
  tell();
  expect([low.map(reasonsOf), high.map(reasonsOf)]).toEqual([[['seen 1']], []]);
  see(7);
  tell();
  expect([low.length, high.map(reasonsOf)]).toEqual([1, [['seen 7']]]);
  ofHigh.close();
  see(8);
  // Nobody listens for it any more.
  expect(tell()).toBe(1);
  expect(high.length).toBe(1);
});

test('watchBatches: begins with a heartbeat; a client that does not read is told how much it missed', async () => {
  vi.useFakeTimers();
  const { batches, tell, see, machines } = await open();
  const abort = new AbortController();
  const stream = watchBatches(batches, {
    query: '',
    signal: abort.signal,
    now: () => 1234,
    count: () => machines.registry.size,
  });
  const next = async () => (await stream.next()).value?.change;
  expect(await next()).toMatchObject({ case: 'heartbeat', value: { machines: 0, atMs: 1234n, missed: 0n } });
  const waiting = next();
  see(1);
  tell();
  expect(await waiting).toMatchObject({ case: 'changes', value: { machines: [{ stateReason: 'seen 1' }] } });
  for (let round = 0; round < 60; round++) {
    see(round % 9);
    tell();
  }
  const read = [];
  for (let count = 0; count < 50; count++) read.push((await next())?.case);
  expect(read).toEqual(Array(50).fill('changes'));
  const last = next();
  await vi.advanceTimersByTimeAsync(5000);
  expect(await last).toMatchObject({ case: 'heartbeat', value: { missed: 10n } });
  abort.abort();
  expect((await stream.next()).done).toBe(true);
});

test('createChangeBatches: with an event comes its machine, whether or not anything else is known of it', async () => {
  const { batches, prepared, tell, see, machines } = await open();
  const { id } = see(1);
  const told: Batch[] = [];
  batches.watch('', (batch) => told.push(batch));
  machines.record({ kind: 'report', machine: id, at: 0, what: 'running' });
  tell();
  expect(told.map(reasonsOf)).toEqual([['seen 1']]);
  const { value } = told[0]!.message.change as { value: { machines: object[]; events: object[] } };
  expect(prepared).toEqual([...value.machines, ...value.events]);
  expect([value.machines[0] === prepared[0], value.events[0] === prepared[1]]).toEqual([true, true]);
});
