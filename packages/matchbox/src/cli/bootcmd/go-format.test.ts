import { expect, test } from 'vitest';
import { formatList, formatMap, formatMapSyntax } from './go-format.ts';

test('formatMapSyntax is %#v, with nil for an empty map', () => {
  expect(formatMapSyntax(new Map())).toBe('map[string]string(nil)');
  expect(
    formatMapSyntax(
      new Map([
        ['b', '"q"'],
        ['B', 'x\ty'],
      ]),
    ),
  ).toBe('map[string]string{"B":"x\\ty", "b":"\\"q\\""}');
});

test('formatMap and formatList are %v', () => {
  expect(
    formatMap(
      new Map([
        ['b', '2'],
        ['a', '1 3'],
      ]),
    ),
  ).toBe('map[a:1 3 b:2]');
  expect(formatList([])).toBe('[]');
  expect(formatList(['a', '', 'b'])).toBe('[a  b]');
});
