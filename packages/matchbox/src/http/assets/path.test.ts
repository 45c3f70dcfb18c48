import fc from 'fast-check';
import { expect, test } from 'vitest';
import { baseName, cleanPath, isOpenablePath } from './path.ts';

test.each([
  ['/', '/'],
  ['', '/'],
  ['/a//b/./c/', '/a/b/c'],
  ['/a/../../b', '/b'],
  ['/../../../etc/passwd', '/etc/passwd'],
  ['/\\..\\x', '/\\..\\x'],
])('cleanPath of %j is %s', (path, wanted) => {
  expect(cleanPath(path)).toBe(wanted);
});

test('cleanPath never leaves the root, whatever it is given', () => {
  const segment = fc.constantFrom('..', '.', '', 'a', '...', '..\\', '%2e%2e');
  fc.assert(
    fc.property(fc.array(segment), (segments) => {
      expect(cleanPath(segments.join('/')).split('/')).not.toContain('..');
    }),
  );
});

test.each([
  ['/a/b', 'b'],
  ['/a/b/', 'b'],
  ['/', '/'],
])('baseName of %s is %s', (path, wanted) => {
  expect(baseName(path)).toBe(wanted);
});

test('isOpenablePath refuses NUL and bytes that are no UTF-8', () => {
  expect(['/a', '/\xc3\xa9', '/a\0b', '/\xff'].map(isOpenablePath)).toEqual([true, true, false, false]);
});
