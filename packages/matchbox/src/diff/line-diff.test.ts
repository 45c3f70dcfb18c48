import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffContents } from './line-diff.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('diffContents shows each run of changed lines with its place', () => {
  expect(diffContents(bytes('a\nb\nc\nd\ne\n'), bytes('a\nB\nc\nd\ne\nf\n'))).toBe(
    '@@ -2 +2 @@\n-b\n+B\n@@ -6 +6 @@\n+f',
  );
});

test('diffContents of a new and of a removed file', () => {
  expect(diffContents(undefined, bytes('x'))).toBe('@@ -1 +1 @@\n+x');
  expect(diffContents(bytes('x\ny\n'), undefined)).toBe('@@ -1 +1 @@\n-x\n-y');
  expect(diffContents(bytes('same'), bytes('same'))).toBe('');
});

test('diffContents says in a sentence what is binary or too long', () => {
  expect(diffContents(bytes('x'), Uint8Array.of(0xff, 0))).toBe('binary: 1 bytes -> 2 bytes');
  expect(diffContents(undefined, bytes('x\n'.repeat(3000)))).toBe('0 lines -> 3000 lines, too long to compare');
  expect(diffContents(undefined, bytes('y'.repeat(100_000))).length).toBeLessThan(70_000);
});

/** Carries out a diff on the old lines. */
function patch(before: string[], diff: string): string[] {
  const out = [...before];
  let at = 0;
  for (const line of diff.split('\n')) {
    const head = /^@@ -\d+ \+(\d+) @@$/.exec(line);
    if (head) at = Number(head[1]) - 1;
    else if (line.startsWith('-')) expect(out.splice(at, 1)).toEqual([line.slice(1)]);
    else if (line.startsWith('+')) out.splice(at++, 0, line.slice(1));
  }
  return out;
}

test('diffContents: the old lines with the diff carried out are the new lines', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 });
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const text = (list: string[]) => bytes(list.map((line) => `${line}\n`).join(''));
      const diff = diffContents(text(before), text(after));
      expect(patch(before, diff)).toEqual(after);
    }),
  );
});
