import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseFloat64 } from './parse-float.ts';
import { parseInteger } from './parse-integer.ts';

test.each([
  ['0', 0n],
  ['-0x1F', -31n],
  ['0b1_01', 5n],
  ['0o17', 15n],
  ['017', 15n],
  ['0_7', 7n],
  ['1_000', 1000n],
  ['18446744073709551615', 18446744073709551615n],
])('parseInteger reads %s', (text, value) => expect(parseInteger(text)).toBe(value));

test.each(['', '08', '0_8', '0x', '1__0', '_1', '1_', '0b2', '0xg', '1.0', '+-1'])(
  'parseInteger refuses %j',
  (text) => {
    expect(parseInteger(text)).toBeUndefined();
  },
);

test.each([
  ['1_0.5e1_0', 10.5e10],
  ['.5', 0.5],
  ['1.', 1],
  ['0x1p-2', 0.25],
  ['0x.8p0', 0.5],
  ['-0x1.8p1', -3],
  ['0x1p-1075', 0],
  ['0x1.8p-1075', 5e-324],
  ['0x1.fffffffffffff8p0', 2],
  ['0x1.00000000000008p0', 1],
  ['0x1.00000000000018p0', 1 + 2 ** -51],
])('parseFloat64 reads %s', (text, value) => expect(parseFloat64(text)).toBe(value));

test('parseFloat64 tells too large from malformed', () => {
  expect(parseFloat64('1e400')).toBe('range');
  expect(parseFloat64('0x1p1024')).toBe('range');
  expect(parseFloat64('0x1')).toBeUndefined();
  expect(['1e', 'x', 'Infinity', '1__0', ''].map(parseFloat64)).toEqual(Array(5).fill(undefined));
});

test('parseFloat64 reads what the shortest text of a number says', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      // JavaScript's text of -0 is 0.
      expect(parseFloat64(String(value))).toBe(value + 0);
    }),
  );
});
