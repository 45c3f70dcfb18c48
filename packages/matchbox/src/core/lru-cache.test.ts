import { expect, test } from 'vitest';
import { createLruCache } from './lru-cache.ts';

test('createLruCache forgets what was not asked for longest', () => {
  const cache = createLruCache<number>(2);
  cache.set('a', 1, 1);
  cache.set('b', 2, 1);
  cache.get('a');
  cache.set('c', 3, 1);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
});

test('createLruCache keeps nothing that is heavier than all it may hold', () => {
  const cache = createLruCache<number>(2);
  cache.set('a', 1, 2);
  cache.set('big', 9, 3);
  expect([cache.get('a'), cache.get('big')]).toEqual([1, undefined]);
});
