import { expect, test } from 'vitest';
import { isSpace, trimSpace } from './white-space.ts';

test('trimSpace removes what Go calls white space, which is not what JavaScript does', () => {
  expect(trimSpace('\t\n\v\f\r \u0085\u00a0\u3000a b\u2028 \u0085')).toBe('a b');
  expect(trimSpace('\ufeffa\udc85')).toBe('\ufeffa\udc85');
  expect([trimSpace(''), trimSpace(' \u0085 ')]).toEqual(['', '']);
});

test('isSpace is about one character', () => {
  expect(['\u0085', ' ', '\u200b', '\ufeff', 'a', ''].map(isSpace)).toEqual([true, true, false, false, false, false]);
});
