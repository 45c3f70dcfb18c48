import { posix } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanPath, parseTarget } from './target.ts';

test.each([
  ['/ipxe?a=1&b', '/ipxe', 'a=1&b'],
  ['/generic#x', '/generic%23x', ''],
  ['/boot%2eipxe', '/boot%2eipxe', ''],
  ['/\xfcn', '/%FCn', ''],
  ['http://other.example.test/ipxe?x', '/ipxe', 'x'],
  ['http://other.example.test', '', ''],
])('parseTarget takes %j apart', (target, escapedPath, rawQuery) => {
  expect(parseTarget(target)).toMatchObject({ escapedPath, rawQuery });
});

test.each(['/a%zz', '/a%', '/a%2', 'ipxe', ''])('parseTarget refuses %j', (target) => {
  expect(parseTarget(target)).toBeUndefined();
});

test('parseTarget leaves a broken escape in the query alone', () => {
  expect(parseTarget('/ipxe?serial=%+%FFFFFFC3')?.rawQuery).toBe('serial=%+%FFFFFFC3');
});

test('cleanPath does what POSIX normalisation does to an absolute path', () => {
  const path = fc.array(fc.constantFrom('a', '.', '..', '', '...', 'b%2e'), { maxLength: 8 });
  fc.assert(
    fc.property(path, (parts) => {
      const dirty = `/${parts.join('/')}`;
      expect(cleanPath(dirty).replace(/(?<=.)\/$/, '')).toBe(posix.normalize(dirty).replace(/(?<=.)\/$/, ''));
    }),
  );
});
