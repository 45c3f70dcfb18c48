import { expect, test } from 'vitest';
import { commandTree, wholeCommandTree } from './run.ts';

test('what is loaded when a command is named is what the help of the root says of it', async () => {
  const shown = ({ name, short, added }: { name: string; short: string; added?: true }) => ({ name, short, added });
  const rows = commandTree('v0').children!;
  const loaded = (await wholeCommandTree('v0')).children!;
  expect(rows.map(shown)).toEqual(loaded.map(shown));
  expect(loaded.filter(({ run, children }) => run === undefined && children === undefined)).toEqual([]);
});
