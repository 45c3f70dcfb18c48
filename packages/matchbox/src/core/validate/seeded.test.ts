import { expect, test } from 'vitest';
import * as tables from './seeded-faults.contract.ts';
import { expectedIn, findIn, messagesIn, type Seed, seeded } from './seeding.contract.ts';

const faults = new Map<string, Seed>(Object.values(tables).flatMap((table) => Object.entries(table)));

test('validate finds nothing in the examples', async () => {
  expect(await findIn(seeded([]))).toEqual([]);
});

test.each([...faults.keys()])('validate finds at its place, and nothing else: %s', async (name) => {
  const { edits, finds } = faults.get(name)!;
  const files = seeded(edits);
  if (process.env.SHOW)
    for (const f of await messagesIn(files)) console.log(name, '|', f.rule, f.file, f.line, f.column, f.message);
  expect(await findIn(files)).toEqual(expectedIn(files, finds));
});
