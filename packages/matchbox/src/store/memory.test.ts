import { expect, test } from 'vitest';
import { openMemoryStore } from './memory.ts';
import { describeStore } from './store.contract.ts';

describeStore('openMemoryStore', async () => ({ store: openMemoryStore(), dispose: async () => {} }));

test('openMemoryStore takes initial files by kind and name', async () => {
  const store = openMemoryStore({ 'groups/a.json': '{}', 'ignition/sub/x.ign': 'x' });
  expect((await store.list('ignition')).map(({ name }) => name)).toEqual(['sub/x.ign']);
  expect(() => openMemoryStore({ 'assets/a': '' })).toThrow('not below one of');
});
