import { expect, test } from 'vitest';
import { createLruCache } from './lru-cache.ts';

/** An entry with a key of one character weighs 202 bytes more than its value. */
const entry = 202;

test('createLruCache forgets what was not asked for longest', () => {
  const cache = createLruCache<number>(2 * entry + 2);
  cache.set('a', 1, 1);
  cache.set('b', 2, 1);
  cache.get('a');
  cache.set('c', 3, 1);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
});

test('createLruCache keeps nothing that is heavier than all it may hold', () => {
  const cache = createLruCache<number>(entry + 2);
  cache.set('a', 1, 2);
  cache.set('b', 9, 3);
  expect([cache.get('a'), cache.get('b')]).toEqual([1, undefined]);
});

test('createLruCache weighs its keys, too', () => {
  const cache = createLruCache<number>(10_000);
  for (let i = 0; i < 10; i++) cache.set(`${i}`.repeat(4000), i, 1);
  expect([0, 8, 9].map((i) => cache.get(`${i}`.repeat(4000)))).toEqual([undefined, undefined, 9]);
});
