import { expect, test } from 'vitest';
import { unifiedDiff } from './unified-diff.ts';

const letters = (text: string) => Array.from(text);

test('unifiedDiff has three lines of context, and one hunk where contexts meet', () => {
  expect(unifiedDiff(letters('abcdefghijklm'), letters('abcdXfghYijklm')).lines).toEqual([
    '@@ -2,10 +2,11 @@',
    ' b',
    ' c',
    ' d',
    '-e',
    '+X',
    ' f',
    ' g',
    ' h',
    '+Y',
    ' i',
    ' j',
    ' k',
  ]);
  const far = unifiedDiff(letters('abcdefghijklmnopqrstuvwxyz'), letters('bcdefghijklmnopqrstuvwxyZ'));
  expect(far.lines.filter((line) => line.startsWith('@@'))).toEqual(['@@ -1,4 +1,3 @@', '@@ -23,4 +22,4 @@']);
  expect(far.runs).toEqual([['-a'], ['-z', '+Z']]);
});

test('unifiedDiff writes ranges as diff does', () => {
  expect(unifiedDiff([], ['a']).lines).toEqual(['@@ -0,0 +1 @@', '+a']);
  expect(unifiedDiff(['a'], []).lines).toEqual(['@@ -1 +0,0 @@', '-a']);
  expect(unifiedDiff(['a'], ['a'])).toEqual({ lines: [], runs: [] });
});
