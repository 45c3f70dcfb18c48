import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { newMachine } from './machine.ts';
import { RecordWriter } from './record-writer.ts';
import { type StateChange, StateError, type StateStore } from './state-store.ts';

let written: string[][];
let fails: boolean;
let writer: RecordWriter;

beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  fails = false;
  const commit = async ({ puts = [] }: StateChange) => {
    if (fails) throw new StateError('write_failed', 'no');
    written.push(puts.map(({ key, value }) => (value === undefined ? `-${key}` : key)));
  };
  writer = new RecordWriter({ store: { commit } as StateStore, recordOf: (id) => newMachine(id, 0) });
});

afterEach(() => vi.useRealTimers());

test('RecordWriter writes what is new within a second, and that a machine came again within half a minute', async () => {
  writer.cameAgain('m-1');
  writer.changed('m-2');
  await vi.advanceTimersByTimeAsync(1000);
  expect(written).toEqual([['m-2']]);
  await vi.advanceTimersByTimeAsync(28_000);
  expect(written).toEqual([['m-2']]);
  await vi.advanceTimersByTimeAsync(2000);
  expect(written).toEqual([['m-2'], ['m-1']]);
});

test('RecordWriter writes a machine once that came again and is new', async () => {
  writer.cameAgain('m-1');
  writer.changed('m-1');
  writer.cameAgain('m-1');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(written).toEqual([['m-1']]);
});

test('RecordWriter writes all that waits when it is closed', async () => {
  writer.cameAgain('m-1');
  writer.changed('m-2');
  for (let i = 0; i < 600; i++) writer.cameAgain(`m-x${i}`);
  await writer.close();
  expect(written.flat().length).toBe(602);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(written.flat().length).toBe(602);
});

test('RecordWriter writes no record of a machine that is gone', async () => {
  writer.changed('m-1');
  writer.cameAgain('m-2');
  writer.gone('m-1');
  writer.gone('m-2');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(written).toEqual([['-m-1', '-m-2']]);
});

test('RecordWriter tries again what could not be written', async () => {
  fails = true;
  writer.changed('m-1');
  await vi.advanceTimersByTimeAsync(2500);
  fails = false;
  await vi.advanceTimersByTimeAsync(1000);
  expect(written).toEqual([['m-1']]);
});
