import { expect, test } from 'vitest';
import { lowerCase, upperCase } from './letter-case.ts';

test('upperCase maps character by character, as Go does', () => {
  expect(upperCase('ünï ß ı ŉ ǰ ᾳ')).toBe('ÜNÏ ß I ŉ ǰ ᾼ');
});

test('lowerCase knows no context, and no character that becomes two', () => {
  expect(lowerCase('ΟΔΟΣ İ')).toBe('οδοσ i');
});

test('upperCase and lowerCase put U+FFFD for bytes that are not UTF-8', () => {
  expect([upperCase('a\udcff'), lowerCase('A\udcff')]).toEqual(['A\ufffd', 'a\ufffd']);
});
