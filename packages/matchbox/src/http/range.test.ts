import { expect, test } from 'vitest';
import { parseRange } from './range.ts';

test.each([
  ['', undefined],
  ['bytes=0-0', { start: 0, length: 1 }],
  ['bytes=990-', { start: 990, length: 10 }],
  ['bytes=990-5000', { start: 990, length: 10 }],
  ['bytes=-10', { start: 990, length: 10 }],
  ['bytes=-5000', { start: 0, length: 1000 }],
  ['bytes=-0', { start: 1000, length: 0 }],
  ['bytes= 1 - 2 ', { start: 1, length: 2 }],
  ['bytes=+1-+2', { start: 1, length: 2 }],
  ['bytes=0-1,5-6', undefined],
  ['bytes=', undefined],
  ['bytes=1000-', 'invalid range: failed to overlap'],
  ['bytes=5-2', 'invalid range'],
  ['bytes=--1', 'invalid range'],
  ['bytes=0-9223372036854775808', 'invalid range'],
  ['bytes=0x1-2', 'invalid range'],
  ['Bytes=0-1', 'invalid range'],
  ['lines=0-1,2-3', 'invalid range'],
])('parseRange reads %j of 1000 bytes', (header, wanted) => {
  expect(parseRange(header, 1000)).toEqual(wanted);
});

test('parseRange ignores a range that cannot overlap an empty content', () => {
  expect(parseRange('bytes=0-0', 0)).toBeUndefined();
});
