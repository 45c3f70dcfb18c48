import { expect, test } from 'vitest';
import { toValue } from '../../data/go-json.ts';
import { repairJson } from './repair-json.ts';

test.each([
  ['{"a": "1",}', { a: '1' }],
  ['{"a": ["1", "2",]}', { a: ['1', '2'] }],
  ['{"a": "1"\n"b": "2"}', { a: '1', b: '2' }],
  ['{"a" "1"}', { a: '1' }],
  ['\ufeff{"a": "1"}', { a: '1' }],
  ['{"a": "1" // one\n}', { a: '1' }],
  ["{'a': '1'}", { a: '1' }],
  ['{a: b}', { a: 'b' }],
  ['{“a”: "1"}', { a: '1' }],
  ['{"a": "1", "b": ["2"', { a: '1', b: ['2'] }],
  ['{"a": "1"}}', { a: '1' }],
  ['{"a": "1,\n"b": "2"}', { a: '1', b: '2' }],
  ['{"a": "1\t2"}', { a: '1 2' }],
  ['{"a": "\\d"}', { a: '\\d' }],
])('repairJson reads %j as it was meant', (text, meant) => {
  const document = repairJson(text)!;
  expect(plain(toValue(document, document.root))).toEqual(meant);
});

function plain(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(Array.from(value, ([key, each]) => [key, plain(each)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

test.each(['', '   ', 'id: a\nprofile: b\n', '<<<<<<< HEAD\n{}', '{"a": @}', `{${'a b '.repeat(30)}}`])(
  'repairJson makes nothing of %j',
  (text) => {
    expect(repairJson(text)?.root.type).not.toBe('object');
  },
);
