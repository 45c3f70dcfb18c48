import { expect, test } from 'vitest';
import { type Batch, decodeLine, encodeLine } from './line.ts';

const event = (number: number) =>
  ({ kind: 'report', machine: `m-${number}`, at: number, what: 'rapport “é”' }) as const;
const put = (number: number): Batch['puts'][number] => ['machines', `m-${number}`, { id: number, name: 'ü' }];
const many = <T>(count: number, of: (number: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));

test.each([
  { events: 0, puts: 0 },
  { events: 1, puts: 0 },
  { events: 0, puts: 1 },
  { events: 64, puts: 64 },
  { events: 63, puts: 1 },
  { events: 200, puts: 500 },
])('a line of $events events and $puts records is read as it was written', async ({ events, puts }) => {
  const batch = { seq: 7, events: many(events, event), puts: many(puts, put) };
  const line = await encodeLine(batch);
  expect(line.at(-1)).toBe(0x0a);
  expect(decodeLine(line.subarray(0, -1))).toEqual(batch);
});

test('encodeLine writes a checksum, the length, the number and JSON', async () => {
  const line = await encodeLine({ seq: 12, events: [], puts: [['tokens', 'a', null]] });
  expect(Buffer.from(line).toString()).toBe('16c29b08 27 12 {"p":[["tokens","a",null]]}\n');
});

test('encodeLine lets others have their turns while it makes a long line', async () => {
  let turns = 0;
  const others = setImmediate(function again() {
    turns++;
    if (turns < 3) setImmediate(again);
  });
  await encodeLine({ seq: 1, events: [], puts: many(500, put) });
  clearImmediate(others);
  expect(turns).toBe(3);
});
