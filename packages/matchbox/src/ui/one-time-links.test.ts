import { expect, test } from 'vitest';
import { createOneTimeLinks } from './one-time-links.ts';

test('createOneTimeLinks makes secrets of 256 bits that are good once, for ten minutes, and only the newest', () => {
  let now = 0;
  const links = createOneTimeLinks(() => now);
  expect(links.take('')).toBe(false);
  const first = links.make();
  expect(first).toMatch(/^[\w-]{43}$/);
  const second = links.make();
  expect([links.take(first), links.take(`${second}x`), links.take(second), links.take(second)]).toEqual([
    false,
    false,
    true,
    false,
  ]);
  const third = links.make();
  now = 599_999;
  expect(links.take('wrong')).toBe(false);
  now = 600_000;
  expect(links.take(third)).toBe(false);
});
