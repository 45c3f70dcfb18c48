import { expect, test } from 'vitest';
import { openMemoryState } from './memory.ts';
import { describeStateStore, event } from './state-store.contract.ts';

describeStateStore('openMemoryState', async () => {
  const store = openMemoryState();
  return { store, dispose: store.close };
});

test('openMemoryState keeps the last 200 events of a machine', async () => {
  const store = openMemoryState();
  for (let i = 0; i < 250; i++) store.record(event('m-1', `${i}`));
  const told = await store.events('m-1', { limit: 1000 });
  expect([told.length, told[0]!.what, told.at(-1)!.what]).toEqual([200, '249', '50']);
});
