import { expect, test } from 'vitest';
import { commandTable } from '../command-table.ts';
import { completeWords } from './complete-words.ts';

const complete = async (...words: string[]) =>
  (await completeWords(commandTable, words)).map((line) => line.split('\t')[0]);

test('completeWords offers commands, with what they do', async () => {
  expect(await complete('ce')).toEqual(['certs']);
  expect(await completeWords(commandTable, ['vali'])).toEqual([
    'validate\tcheck a data directory before a machine meets its faults',
  ]);
  expect(await complete('help', 'val')).toEqual(['validate']);
});

test('completeWords offers the flags of the server, with as many dashes as were typed, and what they may be', async () => {
  expect(await complete('-rpc-a')).toEqual(['-rpc-address']);
  expect(await complete('-address=x', '--log-f')).toEqual(['--log-format']);
  expect(await complete('-log-format', '')).toEqual(['json', 'text']);
  expect(await complete('-data-path', '/v')).toEqual([':files']);
});

test('completeWords offers the flags and the commands of a command, or files', async () => {
  expect(await complete('validate', '-st')).toEqual(['-strict']);
  expect(await complete('validate', '-out')).toEqual(['-output']);
  expect(await complete('certs', 're')).toEqual(['renew']);
  expect(await complete('certs', 'init', '--s')).toEqual(['--san']);
  expect(await complete('butane', 'x')).toEqual([':files']);
  expect(await complete('nosuch', 'x')).toEqual([]);
});
