import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findLines, offsetInLine, showLine } from './rendered-line.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

test('findLines finds lines as YAML counts them', () => {
  const bytes = bytesOf('a\nb\r\nc\rd\u0085e\u2028f\n');
  const lines = [...findLines(bytes, new Set([1, 2, 3, 4, 5, 6, 7, 8]))];
  expect(lines.map(([line, { start, end }]) => [line, new TextDecoder().decode(bytes.subarray(start, end))])).toEqual([
    [1, 'a'],
    [2, 'b'],
    [3, 'c'],
    [4, 'd'],
    [5, 'e'],
    [6, 'f'],
    [7, ''],
  ]);
});

test('showLine cuts a long line on both sides', () => {
  const bytes = bytesOf(`${'ä'.repeat(500)}X${'ö'.repeat(500)}`);
  const [shown, caret] = showLine(bytes, { start: 0, end: bytes.length }, { line: 7, column: 501 });
  expect(shown).toMatch(/^ {2}7 \| …ä{49}Xö{48}…$/);
  expect(caret!.indexOf('^')).toBe(shown!.indexOf('X'));
});

test('places of any kind in bytes of any kind give offsets in the line and short, printable excerpts', () => {
  const place = fc.record({ line: fc.integer({ min: 1, max: 6 }), column: fc.integer({ min: 0, max: 2000 }) });
  const piece = fc.constantFrom(0x0a, 0x0d, 0xc2, 0x85, 0xe2, 0x80, 0xa8, 0x1b, 0xff, 0x20, 0x61, 0xf0, 0x9f, 0x9a);
  const bytes = fc.array(piece, { maxLength: 60 }).map((units) => Uint8Array.from(units));
  fc.assert(
    fc.property(bytes, fc.nat(20), place, (unit, times, { line, column }) => {
      const text = Uint8Array.from(Array.from({ length: times }, () => [...unit]).flat());
      const span = findLines(text, new Set([line])).get(line);
      if (span === undefined) return;
      const offset = offsetInLine(text, span, column);
      expect(offset >= span.start && offset <= span.end).toBe(true);
      for (const shown of showLine(text, span, { line, column })) {
        expect(shown).toMatch(/^[^\p{C}\u2028\u2029]{0,120}$/u);
      }
    }),
  );
});
