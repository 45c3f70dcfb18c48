import { expect, test } from 'vitest';
import { contentTypeByName } from './content-type.ts';

test.each([
  ['a.json', 'application/json'],
  ['a.JSON', 'application/json'],
  ['.txt', 'text/plain; charset=utf-8'],
  ['a.tar.gz', 'application/gzip'],
  ['a.', undefined],
  ['vmlinuz', undefined],
  ['a.constructor', undefined],
])('contentTypeByName of %s is %s', (name, wanted) => {
  expect(contentTypeByName(name)).toBe(wanted);
});
