import { expect, test } from 'vitest';
import { parseComplexConstant, parseNumberConstant } from './number-constant.ts';

test('parseComplexConstant reads two floats', () => {
  expect(parseComplexConstant('1.5e1-2.5e-1i')).toMatchObject({ complex: { re: 15, im: -0.25 } });
  expect(parseComplexConstant('1i+2i')).toEqual({ error: 'syntax error scanning complex number' });
});

test.each(['1+i', '1-i', '0x1+i', '1+i+2'])('parseComplexConstant finds no imaginary part in %s', (text) => {
  expect(parseComplexConstant(text)).toEqual({ error: 'syntax error scanning complex number' });
});

test('parseComplexConstant takes i for the beginning of Inf, as Go does', () => {
  expect(parseComplexConstant('+i+2i')).toEqual({ error: 'strconv.ParseFloat: parsing "+i": invalid syntax' });
});

test('parseNumberConstant says what a constant can be', () => {
  expect(parseNumberConstant('1e3')).toEqual({ text: '1e3', float: 1000, int: 1000n, uint: 1000n });
  expect(parseNumberConstant('-1')).toEqual({ text: '-1', int: -1n, uint: undefined, float: -1 });
  expect(parseNumberConstant('18446744073709551616')).toEqual({ error: 'integer overflow: "18446744073709551616"' });
});
