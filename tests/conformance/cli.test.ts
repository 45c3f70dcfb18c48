import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { replayCommandLines } from './cli.ts';

const golden = fileURLToPath(new URL('../../golden/matchbox', import.meta.url));

test('the server takes every recorded command line as recorded, or as an intended difference wants it', async () => {
  const results = await replayCommandLines([golden]);
  expect(results.length).toBeGreaterThan(70);
  expect(results.filter(({ passed }) => !passed)).toEqual([]);
});
