import { expect, test } from 'vitest';
import { hasMarks, merge } from './merge.ts';

const base = 'a\nb\nc\nd\ne\n';

test('merge takes changes of different places together', () => {
  expect(merge(base, 'A\nb\nc\nd\ne\n', 'a\nb\nc\nd\nE\n')).toEqual({ text: 'A\nb\nc\nd\nE\n', conflicts: 0 });
  expect(merge(base, 'a\nb\nc\nd\ne\nf\n', 'a\nc\nd\ne\n')).toEqual({ text: 'a\nc\nd\ne\nf\n', conflicts: 0 });
});

test('merge takes the same change once', () => {
  expect(merge(base, 'a\nX\nc\nd\ne\n', 'a\nX\nc\nd\ne\n')).toEqual({ text: 'a\nX\nc\nd\ne\n', conflicts: 0 });
  expect(merge(base, base, 'new\n')).toEqual({ text: 'new\n', conflicts: 0 });
});

test('merge marks what both changed, and loses nothing of either', () => {
  const { text, conflicts } = merge(base, 'a\nmine\nc\nd\ne\n', 'a\ntheirs\nc\nd\nE\n');
  expect({ text, conflicts }).toEqual({
    text: 'a\n<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> theirs\nc\nd\nE\n',
    conflicts: 1,
  });
  expect([hasMarks(text), hasMarks(base)]).toEqual([true, false]);
});

test('merge marks an insertion of both at one place', () => {
  expect(merge('a\nb', 'a\n1\nb', 'a\n2\nb')).toEqual({
    text: 'a\n<<<<<<< yours\n1\n=======\n2\n>>>>>>> theirs\nb',
    conflicts: 1,
  });
});

test('merge marks a line that one changed and the other removed', () => {
  expect(merge('a\nb\nc', 'a\nB\nc', 'a\nc')).toEqual({
    text: 'a\n<<<<<<< yours\nB\n=======\n>>>>>>> theirs\nc',
    conflicts: 1,
  });
});
