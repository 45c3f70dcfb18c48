import { expect, test } from 'vitest';
import { FilesError, resolveLocal } from './files-directory.ts';

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

test('FilesError has the system’s words where the system failed', () => {
  const cause = Object.assign(new Error('EMFILE: too many'), { code: 'EMFILE' });
  expect([
    new FilesError('not_found', 'open').message,
    new FilesError('failed', 'open', { cause }).message,
    new FilesError('failed', 'open').message,
    new FilesError('permission', 'open', { cause: Object.assign(new Error('EPERM'), { code: 'EPERM' }) }).message,
    new FilesError('not_regular', 'open', { cause: Object.assign(new Error('ENXIO'), { code: 'ENXIO' }) }).message,
  ]).toEqual([
    'no such file or directory',
    'too many open files',
    'input/output error',
    'operation not permitted',
    'not a regular file',
  ]);
});
