import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { replayAll } from './grpc.ts';

const golden = fileURLToPath(new URL('../../golden/matchbox', import.meta.url));

test('the server answers every recorded gRPC call as recorded, or as an intended difference wants it', async () => {
  const results = await replayAll([golden]);
  expect(results.length).toBeGreaterThan(150);
  expect(results.filter(({ passed }) => !passed)).toEqual([]);
});
