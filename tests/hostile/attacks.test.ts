import { afterAll, beforeAll, expect, test } from 'vitest';
import { attacks } from './attacks.ts';
import { attack, complaints } from './survives.ts';
import { openTarget, type Target } from './target.ts';

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});
afterAll(() => target.close());

test.each(Object.entries(attacks))('the server survives: %s', async (_, work) => {
  expect(complaints(await attack(target, () => work(target)))).toEqual([]);
});
