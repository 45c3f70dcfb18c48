import { expect, test } from 'vitest';
import { isTooLong, nameFault, resolveName } from './file-name.ts';

test.each([
  ['node1.json', undefined],
  ['...json', undefined],
  ['.json', undefined],
  ['a/b/c/d/e/f/g/h/x', undefined],
  ['a/b/c/d/e/f/g/h/i/x', 'in more than 8 folders'],
  ['.git/config', 'in a folder whose name begins with a dot'],
  ['a/..2026_1/x', 'in a folder whose name begins with a dot'],
  ['x.1-1.matchbox-tmp', 'a name that ends with .matchbox-tmp is that of a half-written file'],
  ['n'.repeat(255), undefined],
  ['../x', 'not a name below the folder of its kind'],
  ['a//b', 'not a name below the folder of its kind'],
  ['', 'not a name below the folder of its kind'],
])('nameFault of %j', (name, fault) => {
  expect(nameFault(name)).toBe(fault);
});

test('resolveName takes what upstream takes', () => {
  expect(['./a//b', '/a', 'a/../b', '.', 'a\nb'].map(resolveName)).toEqual([
    'a/b',
    'a',
    undefined,
    undefined,
    undefined,
  ]);
});

test.each([
  ['n'.repeat(255), false],
  ['n'.repeat(256), true],
  ['é'.repeat(127), false],
  ['é'.repeat(128), true],
  [`${'a/'.repeat(8)}${'n'.repeat(255)}`, false],
  [`${'n'.repeat(256)}/a`, true],
])('isTooLong of a name of many bytes', (name, tooLong) => {
  expect(isTooLong(name)).toBe(tooLong);
});
