import { expect, test } from 'vitest';
import { completeWords } from './complete-words.ts';
import { wholeCommandTree } from './run.ts';

const tree = await wholeCommandTree('v0');
const complete = (...words: string[]) => completeWords(tree, words).map((line) => line.split('\t')[0]);

test('completeWords offers commands, then subcommands, then flags', () => {
  expect(complete('g')).toEqual(['generic', 'group']);
  expect(complete('group', '')).toEqual(['create', 'delete', 'describe', 'list']);
  expect(complete('--endpoints', 'x:1', 'gro', 'd')).toEqual(['delete', 'describe']);
  expect(complete('group', 'list', '--o')).toEqual(['--output']);
});

test('completeWords offers the values of a flag, or files where it takes one', () => {
  expect(complete('group', 'list', '-o', '')).toEqual(['json', 'table', 'wide', 'yaml']);
  expect(complete('group', 'create', '--filename', 'x')).toEqual([':files']);
  expect(complete('--endpoints', '')).toEqual([]);
});

test('completeWords offers nothing after a command that there is not', () => {
  expect(complete('nosuch', '')).toEqual([]);
});

test('completeWords describes what it offers', () => {
  expect(completeWords(tree, ['vers'])).toEqual(['version\tPrint the version and exit']);
});
