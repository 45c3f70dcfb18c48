import { describe, expect, it } from 'vitest';
import { formatYaml } from './format.ts';

describe('formatYaml', () => {
  it('writes collections in block style, indented by two', () => {
    expect(formatYaml({ b: [{ c: 1, a: [] }, 'x', [true, null]], a: { e: {}, d: '' } })).toBe(
      ['a:', '  d: ""', '  e: {}', 'b:', '  - a: []', '    c: 1', '  - x', '  - - true', '    - null', ''].join('\n'),
    );
    expect(formatYaml({})).toBe('{}\n');
  });

  it('sorts keys, numbers within them as numbers', () => {
    const keys = ['b', 'a10', 'a2', 'A', 'a', '1', 'a-b', 'aB', 'a02', '_x'];
    const value = Object.fromEntries(keys.map((key) => [key, 'x']));
    expect(
      formatYaml(value)
        .trimEnd()
        .split('\n')
        .map((line) => line.split(':')[0]),
    ).toEqual(['_x', '"1"', 'A', 'a', 'a-b', 'a2', 'a02', 'a10', 'aB', 'b']);
  });

  it.each([
    [999999, '999999'],
    [1000000, '1e+06'],
    [1048576, '1.048576e+06'],
    [-12345678, '-1.2345678e+07'],
    [0.5, '0.5'],
    [0.00001, '1e-05'],
    [0, '0'],
  ])('writes %d as %s', (value, want) => {
    expect(formatYaml(value)).toBe(`${want}\n`);
  });

  it.each([
    ['plain text', 'plain text'],
    ['a:b #', "'a:b #'"],
    ['a#b', 'a#b'],
    ['a: b', "'a: b'"],
    ['a:', "'a:'"],
    ['- a', "'- a'"],
    ['-a', '-a'],
    ['{}', "'{}'"],
    ["it's", "it's"],
    ["'tis", "'''tis'"],
    [' a', "' a'"],
    ['', '""'],
    ['true', '"true"'],
    ['yes', '"yes"'],
    ['007', '"007"'],
    ['1:30', '"1:30"'],
    ['<<', '"<<"'],
    ['2026-01-02', '"2026-01-02"'],
    ['a\tb', '"a\\tb"'],
    ['a\rb', '"a\\rb"'],
    ['é', 'é'],
    ['😀', '"\\U0001F600"'],
    ['\u0001"\\', '"\\x01\\"\\\\"'],
    ['---', "'---'"],
    ['a\nb', '|-\n  a\n  b'],
    ['a\nb\n', '|\n  a\n  b'],
    ['a\n\n', '|+\n  a\n'],
    ['\n', '|2+'],
    ['\n\n', '|2+\n'],
    ['\na\n', '|2\n  a'],
    ['\n\n a', '|2-\n\n   a'],
    ['\u2028a\n', '|2\u2028  a'],
    [' a\nb\n', '|2\n   a\n  b'],
    ['a\n\tb\n', '|\n  a\n  \tb'],
    ['a \nb\n', '"a \\nb\\n"'],
    ['a\r\nb', '"a\\r\\nb"'],
  ])('writes %j as %s', (text, want) => {
    expect(formatYaml({ k: text })).toBe(`k: ${want}\n`);
  });

  it('writes a key of more than 128 bytes, or of several lines, behind a question mark', () => {
    const long = 'k'.repeat(129);
    expect(formatYaml({ [long]: 'v' })).toBe(`? ${long}\n: v\n`);
    expect(formatYaml({ a: { 'x\ny': 'v' } })).toBe('a:\n  ? |-\n    x\n    y\n  : v\n');
  });
});
