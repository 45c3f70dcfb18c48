import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { type FilesDirectory, FilesError } from './files-directory.ts';
import { gzip, openFilesDirectory } from './node.ts';
import { translate } from './translate.ts';

const root = mkdtempSync(join(tmpdir(), 'butane-node-'));
mkdirSync(join(root, 'files/t/sub'), { recursive: true });
writeFileSync(join(root, 'secret'), 'secret');
writeFileSync(join(root, 'files/t/a'), 'a');
writeFileSync(join(root, 'files/t/sub/run'), '#!/bin/sh\n');
chmodSync(join(root, 'files/t/sub/run'), 0o755);
symlinkSync('a', join(root, 'files/t/link'));
symlinkSync('../secret', join(root, 'files/out'));
symlinkSync('..', join(root, 'files/up'));
execFileSync('mkfifo', [join(root, 'files/pipe')]);
afterAll(() => rmSync(root, { recursive: true }));

const files: FilesDirectory = openFilesDirectory('files', root);

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof FilesError) return `${error.operation} ${error.code}`;
    throw error;
  }
  return 'fine';
}

test('openFilesDirectory refuses links that lead outside', () => {
  expect(codeOf(() => files.read('out'))).toBe('open outside');
  expect(codeOf(() => files.read('up/secret'))).toBe('open outside');
  expect(codeOf(() => files.list('up'))).toBe('open outside');
  expect(codeOf(() => files.lstat('up/secret'))).toBe('open outside');
});

test('openFilesDirectory does not wait for a writer of a FIFO', () => {
  expect(codeOf(() => files.read('pipe'))).toBe('open not_regular');
});

test('openFilesDirectory tells what failed as Go would', () => {
  expect(codeOf(() => files.read('none'))).toBe('open not_found');
  expect(codeOf(() => files.read('t'))).toBe('read is_directory');
  expect(codeOf(() => files.read('t/a/b'))).toBe('open not_directory');
});

test('translate embeds a tree with its modes and links', () => {
  const text = 'variant: fcos\nversion: 1.4.0\nstorage: {trees: [{local: t, path: /opt}]}\n';
  const { output } = translate(text, { filesDirectory: files });
  expect(JSON.parse(output!).storage).toEqual({
    files: [
      { path: '/opt/a', contents: { compression: '', source: 'data:,a' }, mode: 0o644 },
      { path: '/opt/sub/run', contents: { compression: '', source: 'data:,%23!%2Fbin%2Fsh%0A' }, mode: 0o755 },
    ],
    links: [{ path: '/opt/link', target: 'a' }],
  });
});

test('translate says where a local file should have been', () => {
  const text = 'variant: fcos\nversion: 1.4.0\nstorage: {files: [{path: /a, contents: {local: x/y}}]}\n';
  expect(translate(text, { filesDirectory: files }).report).toEqual([
    {
      kind: 'error',
      rule: 'local-file',
      message: 'open files/x/y: no such file or directory',
      path: ['storage', 'files', 0, 'contents', 'local'],
      line: 3,
      column: 48,
    },
  ]);
});

/** Words that come again and again, bytes that do not, and lengths at which something begins or ends. */
const contents = fc
  .tuple(
    fc.array(
      fc.oneof(fc.constantFrom('[Service]\n', 'ExecStart=', '10.0.0.', 'a', '\n\n'), fc.string({ maxLength: 8 })),
      {
        maxLength: 600,
      },
    ),
    fc.uint8Array({ maxLength: 1600 }),
    fc.constantFrom(0, 1, 262, 1023, 1024, 1499, 1500, 1501, 2047, 4096),
  )
  .map(([words, bytes, length]) => Buffer.concat([Buffer.from(words.join('')), bytes]).subarray(0, length));

test('gzip makes the same of short contents as with the memory for long ones', () => {
  fc.assert(
    fc.property(contents, (bytes) => {
      expect(Buffer.from(gzip(bytes)).toString('hex')).toBe(gzipSync(bytes, { level: 9 }).toString('hex'));
    }),
    { numRuns: 1500 },
  );
});
