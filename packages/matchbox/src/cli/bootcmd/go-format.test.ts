import { expect, test } from 'vitest';
import { formatList, formatMap, formatMapSyntax, quote } from './go-format.ts';

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

test('quote escapes what cannot be printed as Go does', () => {
  expect(quote('č🙂\u0000\u007f\u200b\u{e0001}\\')).toBe('"č🙂\\x00\\x7f\\u200b\\U000e0001\\\\"');
});
