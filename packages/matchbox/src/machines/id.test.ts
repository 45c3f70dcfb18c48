import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newBootId, newId, timeOfBoot } from './id.ts';

test('newBootId says when the boot began, whenever that is, and never twice the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 44 }), (at) => {
      const id = newBootId(at);
      expect(timeOfBoot(id)).toBe(at);
      expect(newBootId(at)).not.toBe(id);
    }),
  );
});

test('timeOfBoot knows nothing of ids without a time', () => {
  expect(timeOfBoot(newId('b'))).toBeUndefined();
  expect(timeOfBoot('b-1')).toBeUndefined();
});
