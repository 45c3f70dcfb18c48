import { createHook } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { BusyError, hashPassword, isPassword } from './password.ts';

/** How many times scrypt is worked out meanwhile: what takes the time. */
async function scryptsDuring(run: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const hook = createHook({
    init: (_, type) => {
      if (type === 'SCRYPTREQUEST') count++;
    },
  }).enable();
  await run();
  hook.disable();
  return count;
}

test('isPassword knows the right one, however its letters are composed, and keeps none', async () => {
  const stored = await hashPassword('caf\u00e9 au lait');
  expect(stored).toMatch(/^scrypt\$15\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
  expect(await hashPassword('caf\u00e9 au lait')).not.toBe(stored);
  expect([await isPassword('cafe\u0301 au lait', stored), await isPassword('cafe au lait', stored)]).toEqual([
    true,
    false,
  ]);
});

test('isPassword works as much for a user that there is not, or that only a proxy signs in', async () => {
  const stored = await hashPassword('correct horse battery');
  expect(await scryptsDuring(() => isPassword('wrong', stored))).toBe(1);
  expect(await scryptsDuring(() => isPassword('wrong', undefined))).toBe(1);
  expect(await isPassword('', undefined)).toBe(false);
});

test('isPassword works out two at once, lets sixteen wait, and no more', async () => {
  const answers = await Promise.allSettled(Array.from({ length: 30 }, () => isPassword('x', undefined)));
  const busy = answers.filter((each) => each.status === 'rejected' && each.reason instanceof BusyError);
  expect(busy).toHaveLength(12);
});
