import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { replay } from './butane.ts';

const results = replay([fileURLToPath(new URL('../../golden/butane.jsonl', import.meta.url))]);

test('the recorded configs were replayed', () => {
  expect(results).toHaveLength(2378);
});

test.each([...new Set(results.map(({ category }) => category))])('translate answers as recorded: %s', (category) => {
  const faults = results.filter((result) => result.category === category && result.faults.length > 0);
  expect(faults.map(({ id, faults: [first] }) => `${id}: ${first}`)).toEqual([]);
});
