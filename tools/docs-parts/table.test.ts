import { expect, test } from 'vitest';
import { table, wordsFor } from './table.ts';

test('table keeps bars and line breaks from ending a cell', () => {
  expect(table(['a', 'b'], [['x|y', 'one\ntwo']])).toBe('| a | b |\n|---|---|\n| x\\|y | one two |');
});

test('wordsFor gives the words in the order of the code', () => {
  expect(wordsFor(['b', 'a'], { a: 'first', b: 'second' }, 'letters')).toEqual([
    ['b', 'second'],
    ['a', 'first'],
  ]);
});

test('wordsFor fails for what the code has and the documentation has not, and the other way round', () => {
  expect(() => wordsFor(['a', 'b'], { a: '' }, 'letters')).toThrow('letters: nothing is said about b');
  expect(() => wordsFor(['a'], { a: '', b: '' }, 'letters')).toThrow('letters: there is no b any more');
});
