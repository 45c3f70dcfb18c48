import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { replayAll } from './http.js';

const golden = fileURLToPath(new URL('../../golden/matchbox', import.meta.url));

test('the server answers every recorded request as recorded, or as an intended difference wants it', async () => {
  const outcomes = await replayAll([golden], { inProcess: true });
  const results = outcomes.flatMap(({ results }) => results);
  expect(results.length).toBeGreaterThan(1000);
  expect(results.filter(({ passed, later }) => !passed && !later)).toEqual([]);
}, 120_000);
