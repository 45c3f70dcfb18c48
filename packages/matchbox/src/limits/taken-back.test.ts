import { expect, test } from 'vitest';
import { countTakenBack } from './taken-back.ts';

/** Begins and ends a request. @returns whether there are too many of those that were taken back */
function request(count: ReturnType<typeof countTakenBack>, isAnswered: boolean): boolean {
  const stream = { closed: false, aborted: !isAnswered };
  return count.began(stream) || count.ended(stream);
}

test('countTakenBack says once that there are too many, and one answer makes up for one', () => {
  const count = countTakenBack(3);
  const told = [false, false, true, false, false, false].map((answered) => request(count, answered));
  expect(told).toEqual([false, false, false, false, true, false]);
});

test('countTakenBack lets a client take back every other request for ever', () => {
  const count = countTakenBack(3);
  expect(Array.from({ length: 1000 }, (_, i) => request(count, i % 2 === 0)).includes(true)).toBe(false);
});

test('countTakenBack notices before it is told of their ends, behind requests that stay open, too', () => {
  const count = countTakenBack(3);
  for (let i = 0; i < 20; i++) count.began({ closed: false, aborted: false });
  const told = Array.from({ length: 4 }, () => count.began({ closed: true, aborted: true }));
  expect(told).toEqual([false, false, false, true]);
});
