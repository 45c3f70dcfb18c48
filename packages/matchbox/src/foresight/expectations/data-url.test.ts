import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decodeContents } from './data-url.ts';

const packed = gzipSync('zip\n').toString('base64');

test.each([
  [undefined, ''],
  [{ source: '' }, ''],
  [{ source: 'data:,a%20b%0A' }, 'a b\n'],
  [{ source: 'data:,100%' }, '100%'],
  [{ source: 'data:text/plain;charset=utf-8;base64,w7wK' }, 'ü\n'],
  [{ source: 'data:;base64,YQ%3D%3D' }, 'a'],
  [{ source: `data:;base64,${packed}`, compression: 'gzip' }, 'zip\n'],
])('decodeContents gives what %j holds', (resource, text) => {
  const contents = decodeContents(resource);
  expect('bytes' in contents && new TextDecoder().decode(contents.bytes)).toBe(text);
});

test.each([
  [
    { source: 'https://example.com/x' },
    'it is fetched from https://example.com/x, so its contents are not in the config',
  ],
  [{ source: 7 }, 'its source is a number'],
  [{ source: 'data:,plain', compression: 'gzip' }, 'its contents cannot be unpacked: incorrect header check'],
])('decodeContents says why %j has no contents', (resource, fault) => {
  expect(decodeContents(resource)).toEqual({ fault });
});
