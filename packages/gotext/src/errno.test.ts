import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { errnoOf, errnoText, systemMessage } from './errno.ts';

test('errnoText has words for every error that Node names', () => {
  const names = Object.keys(constants.errno);
  expect(names.filter((name) => errnoText(name) === undefined)).toEqual([]);
  expect(errnoText('ENOENT')).toBe('no such file or directory');
  expect(errnoText('ESTALE')).toBe('stale NFS file handle');
  expect([errnoText('ENOTFOUND'), errnoText('toString')]).toEqual([undefined, undefined]);
});

test('systemMessage says what Go would of an error of the system', () => {
  let error: unknown;
  try {
    readFileSync('/');
  } catch (caught) {
    error = caught;
  }
  expect([errnoOf(error), systemMessage(error)]).toEqual(['EISDIR', 'is a directory']);
});

test('systemMessage leaves other errors in their own words', () => {
  expect(systemMessage(new Error('no'))).toBe('no');
  expect(systemMessage(Object.assign(new Error('odd'), { code: 'ERR_ODD' }))).toBe('odd');
  expect([systemMessage('text'), errnoOf('text'), errnoOf(new Error('no'))]).toEqual(['text', undefined, undefined]);
});
