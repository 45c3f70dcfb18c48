import { expect, test } from 'vitest';
import { formatHttpTime, parseHttpTime } from './http-time.ts';

const seconds = Date.UTC(2021, 1, 3, 4, 5, 6) / 1000;

test.each([
  'Wed, 03 Feb 2021 04:05:06 GMT',
  'wed, 03 feb 2021 04:05:06 GMT',
  'Mon, 03 Feb 2021 4:05:06 GMT',
  'Wed, 03 Feb 2021 04:05:06.999 GMT',
  'Wednesday, 03-Feb-21 04:05:06 GMT',
  'Wed Feb  3 04:05:06 2021',
])('parseHttpTime reads %s', (text) => {
  expect(parseHttpTime(text)).toBe(seconds);
});

test.each([
  '',
  'yesterday',
  'Wed, 03 Feb 2021 04:05:06 UTC',
  'Wed, 03 Feb 2021 04:05:06 gmt',
  'Wed, 3 Feb 2021 04:05:06 GMT',
  'Wed, 30 Feb 2021 04:05:06 GMT',
  'Wed, 03 Feb 2021 24:05:06 GMT',
  'Wed, 03 Feb 2021 04:05:06 GMT ',
])('parseHttpTime refuses %j', (text) => {
  expect(parseHttpTime(text)).toBeUndefined();
});

test('formatHttpTime writes times before the epoch', () => {
  expect(formatHttpTime(Date.UTC(1960, 0, 1) / 1000)).toBe('Fri, 01 Jan 1960 00:00:00 GMT');
});
