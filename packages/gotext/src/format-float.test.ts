import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatFloat, formatFloatShortest } from './format-float.ts';
import { parseFloat64 } from './parse-float.ts';

test('formatFloat rounds the exact value, half to even', () => {
  expect([0.5, 1.5, 2.5, 0.25, 1e23].map((value) => formatFloat(value, 'f', 0))).toEqual([
    '0',
    '2',
    '2',
    '0',
    '99999999999999991611392',
  ]);
  expect(formatFloat(2.675, 'f', 2)).toBe('2.67');
  expect(formatFloat(0.1, 'f', 20)).toBe('0.10000000000000000555');
  expect(formatFloat(999.9, 'e', 1)).toBe('1.0e+03');
  expect(formatFloat(0, 'e', 3)).toBe('0.000e+00');
});

test('formatFloat writes hexadecimal and binary exponents', () => {
  expect(formatFloat(1, 'x', -1)).toBe('0x1p+00');
  expect(formatFloat(5e-324, 'x', -1)).toBe('0x1p-1074');
  expect(formatFloat(1.99, 'x', 0)).toBe('0x1p+01');
  expect(formatFloat(-0.1, 'X', 3)).toBe('-0X1.99AP-04');
  expect(formatFloat(1, 'b', -1)).toBe('4503599627370496p-52');
});

test('formatFloat names what is not finite', () => {
  expect([Number.NaN, Infinity, -Infinity].map((value) => formatFloat(value, 'g', -1))).toEqual([
    'NaN',
    '+Inf',
    '-Inf',
  ]);
});

test('formatFloatShortest reads back as the same number', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      const text = formatFloatShortest(value);
      expect(Object.is(Number(text.replace('Inf', 'Infinity')), value)).toBe(true);
      expect(text).toBe(formatFloat(value, 'g', -1));
    }),
  );
});

test('formatFloat in hexadecimal reads back as the same number', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Object.is(parseFloat64(formatFloat(value, 'x', -1)), value)).toBe(true);
    }),
  );
});
