import { expect, test } from 'vitest';
import { createSerialQueue } from './serial-queue.ts';

test('createSerialQueue runs one piece of work at a time, in order, and goes on after an error', async () => {
  const queue = createSerialQueue();
  const seen: string[] = [];
  const work = (name: string, fail = false) =>
    queue.run(async () => {
      seen.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`${name} ends`);
      if (fail) throw new Error(name);
      return name;
    });
  const results = await Promise.allSettled([work('a'), work('b', true), work('c')]);
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('createSerialQueue is idle when all work is done', async () => {
  const queue = createSerialQueue();
  let done = false;
  void queue.run(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    done = true;
  });
  await queue.idle();
  expect(done).toBe(true);
});
