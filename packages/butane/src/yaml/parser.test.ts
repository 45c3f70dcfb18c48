import { describe, expect, it } from 'vitest';
import { anySchema, decodeYaml, parseYaml, YamlError } from './index.ts';

function read(source: string | Uint8Array): unknown {
  return decodeYaml(parseYaml(source), anySchema);
}

function failurePlaces(source: string | Uint8Array): string[] {
  try {
    read(source);
  } catch (error) {
    if (error instanceof YamlError) return error.places.map(({ line, column }) => `${line}:${column}`);
    throw error;
  }
  return [];
}

function failure(source: string | Uint8Array): string {
  try {
    read(source);
  } catch (error) {
    if (error instanceof YamlError) return error.message;
    throw error;
  }
  return 'no error';
}

describe('parseYaml', () => {
  it.each([
    ['a: 1\nb:\n- x\n- y: z\n', { a: 1, b: ['x', { y: 'z' }] }],
    ['- - 1\n  - 2\n-\n  - 3\n', [[1, 2], [3]]],
    ['? a\n: b\n? c\n', { a: 'b', c: null }],
    ['{a: [b, {c: d}], "e":f, g}', { a: ['b', { c: 'd' }], e: 'f', g: null }],
    ['[a: b, c]', [{ a: 'b' }, 'c']],
    ['a: one\n  two\n\n  three # comment\n', { a: 'one two\nthree' }],
    ["a: 'it''s\n  so'\n", { a: "it's so" }],
    ['a: "b\\\n   c\\x41\\u00e9\\U0001F600"', { a: 'bcAé😀' }],
    ['a: |\n  x\n   y\n\n  z\nb: >-\n  p\n  q\n', { a: 'x\n y\n\nz\n', b: 'p q' }],
    ['a: |2+\n    x\n\nb: |1-\n y\n', { a: '  x\n\n', b: 'y' }],
    ['a: >\n\n  p\n   q\n  r\n', { a: '\np\n q\nr\n' }],
    ['a: |\n  no final newline', { a: 'no final newline' }],
    ['a: &x [1]\nb: *x\n', { a: [1], b: [1] }],
    ['%TAG !e! tag:yaml.org,2002:\n---\na: !e!str 1\nb: !<tag:yaml.org,2002:str> 2\n', { a: '1', b: '2' }],
    ['# only a comment\n', undefined],
    ['', undefined],
    ['---\n', null],
    ['a: 1\n...\nb: [', { a: 1 }],
    ['a:\tb\t# c\nd:  \t e\n', { a: 'b', d: 'e' }],
    ['# a\n\t# a comment behind a comment may be indented by a tab\nb: 1\n', { b: 1 }],
    ['a: b\rc: d\r\ne: f\x85g: h', { a: 'b', c: 'd', e: 'f', g: 'h' }],
  ])('reads %j', (source, want) => {
    expect(read(source)).toEqual(want);
  });

  it.each([
    ['a: b: c', 'yaml: mapping values are not allowed in this context'],
    ['x: 1\na: b: c', 'yaml: line 2: mapping values are not allowed in this context'],
    ['x: 1\na: - b', 'yaml: line 2: block sequence entries are not allowed in this context'],
    ['x: 1\na: ? b', 'yaml: line 2: mapping keys are not allowed in this context'],
    ['x: 1\na: |0\n b', 'yaml: line 2: found an indentation indicator equal to 0'],
    ['x: 1\na: | b\n c', 'yaml: line 2: did not find expected comment or line break'],
    ['x: 1\na: "\\xzz"', 'yaml: line 2: did not find expected hexdecimal number'],
    ['x: 1\na: "\\ud800"', 'yaml: line 2: found invalid Unicode character escape code'],
    ['x: 1\na: "b\n--- c"', 'yaml: line 2: found unexpected document indicator'],
    ['x: 1\na: !b!c d', 'yaml: line 1: found undefined tag handle'],
    ['x: 1\na: !<b c', "yaml: line 2: did not find the expected '>'"],
    ['x: 1\na: !b^ c', 'yaml: line 2: did not find expected whitespace or line break'],
    ['x: 1\na: *', 'yaml: line 2: did not find expected alphabetic or numeric character'],
    ['x: 1\na: *b', "yaml: unknown anchor 'b' referenced"],
    ['x: 1\na: [b', "yaml: line 1: did not find expected ',' or ']'"],
    ['x: 1\na: {b: c', "yaml: line 1: did not find expected ',' or '}'"],
    ['[a', "yaml: line 1: did not find expected ',' or ']'"],
    ['x: 1\na: [? : b]', "yaml: line 1: did not find expected ',' or ']'"],
    ['%FOO bar\n---\na: 1\n', 'yaml: found unknown directive name'],
    ['%YAML 1.1\n%YAML 1.1\n---\n', 'yaml: line 1: found duplicate %YAML directive'],
    ['%YAML 1.100\n---\n', 'yaml: found extremely long version number'],
    ['%YAML 1.x\n---\n', 'yaml: did not find expected version number'],
    ['%YAML 1.1\na\n', 'yaml: line 1: did not find expected <document start>'],
  ])('refuses %j', (source, want) => {
    expect(failure(source)).toBe(want);
  });

  it('refuses 100,000 open brackets of every kind without a stack overflow', () => {
    for (const opening of ['[', '{a: ', '- ', '? ', '[{a: ']) {
      expect(failure(opening.repeat(100_000))).toBe('yaml: exceeded max depth of 10000');
    }
  });

  it('reads 9,999 nested lists', () => {
    let node = parseYaml('['.repeat(9999) + ']'.repeat(9999)).root;
    let depth = 0;
    for (; node !== undefined; node = node.items[0]) depth++;
    expect(depth).toBe(9999);
  });

  it('does not take a key longer than 1,024 characters', () => {
    expect(read(`${'k'.repeat(1024)}: 1\n`)).toEqual({ ['k'.repeat(1024)]: 1 });
    expect(failure(`x: 1\n${'k'.repeat(1025)}: 1\n`)).toBe("yaml: line 2: could not find expected ':'");
  });
});

describe('places of a YamlError', () => {
  it.each([
    ['a: 1\nb: é c: d\n', ['2:7']],
    ['a:\n  - b\n  c: d\n', ['3:3']],
    ['a: 1\nbcd\ne: 2\n', ['2:1']],
    ['a: 1\n\nb: "c\n\n', ['3:4']],
    ['a: [1, 2\nb: 3\n', ['2:2']],
    ['a: 1\n\tb: 2\n', ['2:1']],
    ['a: 1\nb: *x\n', ['2:4']],
    ['a: 1\nb: \x1b\n', ['2:4']],
    [new Uint8Array([0x61, 0x3a, 0x0a, 0x20, 0xff]), ['2:2']],
  ])('of %j', (source, places) => {
    expect(failurePlaces(source)).toEqual(places);
  });
});
