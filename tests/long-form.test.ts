import { expect, test } from 'vitest';
import { isLongForm, some } from './long-form.ts';

test('some takes every so many-th, from the one that is said; in the long form all', () => {
  const all = ['a', 'b', 'c', 'd', 'e'];
  expect(some(all, 2)).toEqual(isLongForm ? all : ['a', 'c', 'e']);
  expect(some(all, 2, 3)).toEqual(isLongForm ? all : ['b', 'd']);
});
