import { expect, test } from 'vitest';
import { cleanPath, joinPath, resolveLocal } from './files-directory.ts';

test.each([
  ['', '.'],
  ['a//b/./c/..', 'a/b'],
  ['/../a', '/a'],
  ['../../a/..', '../..'],
])('cleanPath(%j) is %j', (path, clean) => {
  expect(cleanPath(path)).toBe(clean);
});

test('joinPath leaves out empty parts', () => {
  expect(joinPath('/opt/', '', 'x')).toBe('/opt/x');
});

const directory = (path: string) => ({ path }) as Parameters<typeof resolveLocal>[0];

test.each([
  ['files', 'a/../b', 'b'],
  ['files', '/etc/passwd', 'etc/passwd'],
  ['files', '', '.'],
  ['files', '../files/x', 'x'],
  ['files', '../secret', undefined],
  ['files', '../files2/x', undefined],
  ['.', '..', undefined],
  ['/srv/f', '../../etc', undefined],
  ['/', 'etc', 'etc'],
])('resolveLocal in %j takes %j to %j', (base, local, path) => {
  expect(resolveLocal(directory(base), local)).toBe(path);
});
