import { afterEach, expect, test, vi } from 'vitest';
import { Machines } from '../machines/machines.ts';
import { openMemoryArchive } from '../state/archive.ts';
import { openMemoryState } from '../state/memory.ts';
import { findInTurns } from './find-in-turns.ts';

afterEach(() => void vi.restoreAllMocks());

test('findInTurns looks at what was seen before, and lets others have their turns', async () => {
  const machines = await Machines.open({
    store: openMemoryState(),
    archive: openMemoryArchive(),
    baseUrl: () => '',
    now: () => 0,
  });
  const byte = (number: number) => number.toString(16).padStart(2, '0');
  const see = (i: number) =>
    machines.recognise(new Map([['mac', `52:54:00:00:${byte(i >> 8)}:${byte(i & 255)}`]]), '', 0);
  const asked: string[] = [];
  machines.catchUp = () => void asked.push('all at once');
  machines.catchUpInTurns = async () => {
    asked.push('in turns');
    for (let i = 0; i < 2000; i++) see(i);
  };
  // Each look at the clock finds a millisecond gone.
  let clock = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => ++clock);
  let turns = 0;
  const count = () => {
    turns++;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const found = await findInTurns(machines, ({ macs }) => macs[0]!.startsWith('52:54:00:00:01:'));
  clearImmediate(next);
  expect([found.length, asked, turns > 10]).toEqual([256, ['in turns'], true]);
  await machines.close();
});
