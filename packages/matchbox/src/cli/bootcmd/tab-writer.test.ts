import { expect, test } from 'vitest';
import { alignColumns } from './tab-writer.ts';

test('alignColumns pads with tabs to the next multiple of eight, at least one', () => {
  expect(alignColumns('ID\tNAME\n12345678\tx\n')).toBe('ID\t\tNAME\n12345678\tx\n');
  expect(alignColumns('a\tb\n')).toBe('a\tb\n');
});

test('alignColumns: a cell that no tab ends belongs to no column', () => {
  expect(alignColumns('a\tlonger than eight\nb\tc\td\n')).toBe('a\tlonger than eight\nb\tc\td\n');
});

test('alignColumns: a column is as wide as the consecutive lines that have it', () => {
  expect(alignColumns('aaaaaaaaaa\tb\nplain\nc\td\n')).toBe('aaaaaaaaaa\tb\nplain\nc\td\n');
  expect(alignColumns('x\taaaaaaaaa\t1\ny\tb\t2\nz\n')).toBe('x\taaaaaaaaa\t1\ny\tb\t\t2\nz\n');
});

test('alignColumns counts characters, not UTF-16 units', () => {
  expect(alignColumns('🙂🙂🙂🙂\tb\nčččččččč\tc\n')).toBe('🙂🙂🙂🙂\t\tb\nčččččččč\tc\n');
});
