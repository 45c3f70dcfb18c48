import { expect, test } from 'vitest';
import { createMemoryBackend, openMemoryStore, restoreEmpty, trimHistory } from './memory.ts';
import { describeStore } from './store.contract.ts';

describeStore('openMemoryStore', {
  isShared: true,
  create: async () => {
    const backend = createMemoryBackend();
    return {
      open: () => openMemoryStore(backend),
      trim: async () => trimHistory(backend),
      restore: async () => restoreEmpty(backend),
      dispose: async () => {},
    };
  },
});

test('openMemoryStore refuses a file that lies in no folder of a kind', () => {
  expect(() => openMemoryStore({ 'nodes/x': '' })).toThrow('nodes/x: not below a folder of a kind');
});
