import { expect, test } from 'vitest';
import { cleanPath, joinPath, pathExtension } from './path.ts';

test.each([
  ['', '.'],
  ['a//b/./c/..', 'a/b'],
  ['/../a', '/a'],
  ['../../a/..', '../..'],
  ['/', '/'],
])('cleanPath(%j) is %j', (path, clean) => {
  expect(cleanPath(path)).toBe(clean);
});

test('joinPath leaves out empty parts', () => {
  expect([joinPath('/opt/', '', 'x'), joinPath('', ''), joinPath('a', '../b')]).toEqual(['/opt/x', '', 'b']);
});

test('pathExtension is that of the last element', () => {
  expect(['a.b/c.tar.gz', 'a.b/c', '.x', ''].map(pathExtension)).toEqual(['.gz', '', '.x', '']);
});
