import { expect, test } from 'vitest';
import { pauseAfter } from './pace.ts';

test('pauseAfter: a quick server is asked as often as is useful, a slow one in a fifteenth of the time, and never forgotten', () => {
  expect([pauseAfter(2000, 10), pauseAfter(2000, 400), pauseAfter(2000, 60_000)]).toEqual([2000, 6000, 20_000]);
});
