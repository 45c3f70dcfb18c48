import { expect, test } from 'vitest';
import { parseComplexConstant, parseFloat64, parseInteger, parseNumberConstant } from './number-constant.ts';

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
])('parseFloat64 reads %s', (text, value) => expect(parseFloat64(text)).toBe(value));

test('parseFloat64 tells too large from malformed', () => {
  expect(parseFloat64('1e400')).toBe('range');
  expect(parseFloat64('0x1p1024')).toBe('range');
  expect(parseFloat64('0x1')).toBeUndefined();
  expect(parseFloat64('1e')).toBeUndefined();
});

test('parseComplexConstant reads two floats', () => {
  expect(parseComplexConstant('1.5e1-2.5e-1i')).toMatchObject({ complex: { re: 15, im: -0.25 } });
  expect(parseComplexConstant('1i+2i')).toEqual({ error: 'syntax error scanning complex number' });
});

test('parseNumberConstant says what a constant can be', () => {
  expect(parseNumberConstant('1e3')).toEqual({ text: '1e3', float: 1000, int: 1000n, uint: 1000n });
  expect(parseNumberConstant('-1')).toEqual({ text: '-1', int: -1n, uint: undefined, float: -1 });
  expect(parseNumberConstant('18446744073709551616')).toEqual({ error: 'integer overflow: "18446744073709551616"' });
});
