import { expect, test } from 'vitest';
import { inSlices } from './in-slices.ts';

test('inSlices does everything in order, and lets others in while it takes long', async () => {
  const done: number[] = [];
  let othersAt: number | undefined;
  setImmediate(() => {
    othersAt = done.length;
  });
  await inSlices(
    Array.from({ length: 3_000 }, (_, item) => item),
    (item) => {
      const until = performance.now() + 0.02;
      while (performance.now() < until);
      done.push(item);
    },
  );
  expect(done).toEqual(Array.from({ length: 3_000 }, (_, item) => item));
  expect(othersAt).toBeLessThan(3_000);
});

test('inSlices passes on what the work throws', async () => {
  const failing = inSlices([1], () => {
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
});
