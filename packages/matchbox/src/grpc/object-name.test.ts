import { expect, test } from 'vitest';
import { fileNameOf } from './object-name.ts';

test.each([
  ['groups', 'node1', 'node1.json'],
  ['groups', 'a/b', 'a/b.json'],
  ['profiles', './a//b', 'a/b.json'],
  ['profiles', 'a..b', 'a..b.json'],
  ['generic', 't.tmpl', 't.tmpl'],
  ['ignition', 'sub/', 'sub'],
  ['cloud', 'sp ace é', 'sp ace é'],
] as const)('fileNameOf(%s, %j) is %s', (kind, name, file) => {
  expect(fileNameOf(kind, name)).toBe(file);
});

test.each([
  ['', 'it is empty'],
  ['/etc/passwd', 'it is absolute'],
  ['..', 'it has ".." in it'],
  ['a/../b', 'it has ".." in it'],
  ['../profiles/p', 'it has ".." in it'],
  ['a\u0000b', 'control character'],
  ['a\nb', 'control character'],
  ['a\u0085b', 'control character'],
])('fileNameOf refuses %j', (name, reason) => {
  expect(() => fileNameOf('groups', name)).toThrow(reason);
  expect(() => fileNameOf('generic', name)).toThrow(reason);
});

test('fileNameOf refuses a template name that is the folder itself', () => {
  expect(() => fileNameOf('generic', './')).toThrow('it names the folder generic/ itself');
});
