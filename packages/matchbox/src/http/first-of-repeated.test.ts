import { expect, test } from 'vitest';
import { firstOfRepeated } from './first-of-repeated.ts';

test('firstOfRepeated takes the first of two Range headers', () => {
  const headers = { host: 'h', range: 'bytes=0-1, bytes=4-5' };
  const raw = ['Host', 'h', 'Range', 'bytes=0-1', 'RANGE', 'bytes=4-5'];
  expect(firstOfRepeated(headers, raw)).toEqual({ host: 'h', range: 'bytes=0-1' });
});

test('firstOfRepeated leaves one header with two values, and a date, as they are', () => {
  const headers = { range: 'bytes=0-1,4-5', 'if-modified-since': 'Mon, 01 Jan 2024 00:00:00 GMT' };
  const raw = ['Range', 'bytes=0-1,4-5', 'If-Modified-Since', 'Mon, 01 Jan 2024 00:00:00 GMT'];
  expect(firstOfRepeated(headers, raw)).toEqual(headers);
});
