import { expect, test } from 'vitest';
import {
  ByteString,
  createTemplate,
  goMap,
  goValue,
  int,
  parse,
  stringMap,
  TemplateError,
  type TemplateOptions,
} from './index.ts';

/** The error that rendering gives; fails if there is none. */
function failure(text: string, data: unknown = {}, options: TemplateOptions = {}): TemplateError {
  try {
    parse(text, options).execute(data);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error(`${text} did not fail`);
}

test('parse renders plain objects, Maps and goMap alike', () => {
  const text = '{{.a.b}} {{range $k, $v := .m}}{{$k}}={{$v}};{{end}}';
  const plain = { a: { b: 1e6 }, m: { z: 1, y: 'x' } };
  const maps = new Map<string, unknown>([
    ['a', new Map([['b', 1e6]])],
    ['m', new Map<string, unknown>(Object.entries(plain.m))],
  ]);
  const wanted = '1e+06 y=x;z=1;';
  expect(parse(text).execute(plain)).toBe(wanted);
  expect(parse(text).execute(maps)).toBe(wanted);
  expect(parse(text).execute(goMap(Object.entries(plain)))).toBe(wanted);
});

test('missingkey decides what a missing key gives', () => {
  const data = { m: {}, q: stringMap([]) };
  expect(parse('{{.m.x}}').execute(data)).toBe('<no value>');
  expect(parse('{{.q.x}}').execute(data)).toBe('<no value>');
  expect(parse('{{.m.x}}', { missingkey: 'zero' }).execute(data)).toBe('<no value>');
  expect(parse('[{{.q.x}}]', { missingkey: 'zero' }).execute(data)).toBe('[]');
  expect(failure('{{.m.x}}', data, { missingkey: 'error' }).message).toBe(
    'template: :1:4: executing "" at <.m.x>: map has no entry for key "x"',
  );
  expect(failure('', {}, { missingkey: 'odd' as 'zero' }).code).toBe('option');
});

test('TemplateError says which function nobody gave', () => {
  const noted = { code: 'parse', missingFunction: 'quote' };
  expect(failure('{{.a}} {{"b" | quote}}', {})).toMatchObject(noted);
  expect(failure('{{$quote}}', {}).missingFunction).toBeUndefined();
});

test('TemplateError says where, what was missing, and what had been written', () => {
  const error = failure('é\n{{"é"}} {{.name}} {{.missing}}', { name: 'n' }, { name: 'file.tmpl', missingkey: 'error' });
  expect(error).toMatchObject({ code: 'execute', templateName: 'file.tmpl', line: 2, missingKey: 'missing' });
  expect(error.column).toBe(21);
  expect(error.message).toBe(
    'template: file.tmpl:2:21: executing "file.tmpl" at <.missing>: map has no entry for key "missing"',
  );
  expect(error.partial).toBe('é\né n ');
  expect(failure('a\n{{if}}')).toMatchObject({ code: 'parse', line: 2, message: 'template: :2: missing value for if' });
});

test('prototypes are out of reach', () => {
  const data = { a: {}, l: [], own: JSON.parse('{"__proto__":"p","constructor":"c"}') as unknown };
  expect(parse('{{.a.constructor}}|{{.a.__proto__}}|{{index .a "toString"}}').execute(data)).toBe(
    '<no value>|<no value>|<no value>',
  );
  expect(parse('{{.own.__proto__}} {{.own.constructor}}').execute(data)).toBe('p c');
  expect(failure('{{.l.length}}', data).message).toContain("can't evaluate field length in type interface {}");
});

test('execute replaces bytes that are not UTF-8, executeBytes keeps them', () => {
  const bytes = new Uint8Array([0x61, 0xff, 0x62]);
  const template = parse(new Uint8Array([...bytes, 0x7b, 0x7b, 0x2e, 0x71, 0x7d, 0x7d]));
  const data = goMap([['q', new ByteString(bytes)]]);
  expect(template.execute(data)).toBe('a\ufffdba\ufffdb');
  expect([...template.executeBytes(data)]).toEqual([...bytes, ...bytes]);
  expect(parse('{{print (slice .s 0 1) (slice .s 1)}}').execute({ s: 'é' })).toBe('é');
  expect(parse('{{.s}}|{{len .s}}').execute({ s: '\ud800x' })).toBe('\ufffdx|4');
});

test('outputLimitBytes bounds what is written, exactly', () => {
  expect(parse('éé', { outputLimitBytes: 4 }).execute({})).toBe('éé');
  expect(failure('ééx', {}, { outputLimitBytes: 4 }).code).toBe('limit');
  expect(failure('{{range 1000000000}}xx{{end}}', {}, { outputLimitBytes: 1000 }).code).toBe('limit');
  expect(failure('{{$x := "ab"}}{{range 60}}{{$x = print $x $x}}{{end}}', {}, { outputLimitBytes: 1000 }).code).toBe(
    'limit',
  );
});

test('stepLimit bounds how long a template runs', () => {
  const options = { stepLimit: 10_000 };
  expect(failure('{{range 1000000000}}{{end}}', {}, options).message).toBe('template: :1:8: more than 10000 steps');
  expect(failure('{{define "r"}}{{template "r"}}{{template "r"}}{{end}}{{template "r"}}', {}, options).code).toBe(
    'limit',
  );
  expect(failure('{{range 1000000}}{{len $}}{{end}}', 'x'.repeat(100_000), options).code).toBe('limit');
  expect(failure(`${'{{range 9}}'.repeat(60)}x${'{{end}}'.repeat(60)}`, {}, options).code).toBe('limit');
});

test('a template without limits reports a string too long for JavaScript as a limit', () => {
  expect(failure('{{$x := "0123456789"}}{{range 60}}{{$x = print $x $x}}{{end}}').code).toBe('limit');
});

test('delims replace the braces', () => {
  expect(parse('<<.x>> {{.x}} <<- /* c */ ->> y', { delims: ['<<', '>>'] }).execute({ x: 1 })).toBe('1 {{.x}}y');
  expect(parse('{{.x}}', { delims: ['', ''] }).execute({ x: 1 })).toBe('1');
});

test('funcs take plain functions and described ones', () => {
  const funcs = {
    add: (a: number, b: number) => int(a + b),
    repeat: {
      parameters: ['string', 'int'] as const,
      call: (text: unknown, count: unknown) => String(text).repeat(Number((count as { value: number }).value)),
    },
    fails: () => {
      throw new Error('no luck');
    },
    break: () => 'B',
  };
  expect(parse('{{add 1 2}} {{repeat "ab" 2}} {{break}}', { funcs }).execute({})).toBe('3 abab B');
  expect(failure('{{repeat 1 2}}', {}, { funcs }).message).toContain('at <1>: expected string; found 1');
  expect(failure('{{repeat "a" 1.5}}', {}, { funcs }).message).toContain('at <1.5>: expected integer; found 1.5');
  expect(failure('{{repeat "a" .x}}', { x: 1 }, { funcs }).message).toContain(
    'wrong type for value; expected int; got float64',
  );
  expect(failure('{{repeat "a" nil}}', {}, { funcs }).message).toContain('cannot assign nil to int');
  expect(failure('{{fails}}', {}, { funcs }).message).toBe(
    'template: :1:2: executing "" at <fails>: error calling fails: no luck',
  );
  expect(() => parse('', { funcs: { 'a-b': () => '' } })).toThrow('function name "a-b" is not a valid identifier');
});

test('a set holds what is parsed into it; a clone goes its own way', () => {
  const base = createTemplate({ name: 'base' }).parse('{{block "title" .}}default{{end}}!');
  const copy = base.clone().parse('{{define "title"}}own{{end}}');
  expect(base.execute({})).toBe('default!');
  expect(copy.execute({})).toBe('own!');
  expect(
    copy
      .templates()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['base', 'title']);
  expect(copy.executeTemplate('title', {})).toBe('own');
  expect(() => copy.executeTemplate('none', {})).toThrow(
    'template: no template "none" associated with template "base"',
  );
  expect(base.lookup('title')?.execute({})).toBe('default');
  base.addParseTree('title', parse('third').tree!);
  expect(base.execute({})).toBe('third!');
  expect(() => base.new('new').execute({})).toThrow('template: new: "new" is an incomplete or empty template');
});

test('references lists what a template needs, with places', () => {
  const text =
    '{{.a.b}}\n{{range $i := .l}}{{.x}}{{$.y}}{{$i.z}}{{end}}{{template "t" .q}}{{define "t"}}{{len .w}}{{end}}';
  expect(parse(text).references()).toEqual([
    { kind: 'field', name: 'a.b', path: ['a', 'b'], root: true, line: 1, column: 4 },
    { kind: 'field', name: 'l', path: ['l'], root: true, line: 2, column: 14 },
    { kind: 'field', name: 'x', path: ['x'], root: false, line: 2, column: 20 },
    { kind: 'variable', name: '$.y', path: ['$', 'y'], root: true, line: 2, column: 27 },
    { kind: 'variable', name: '$i.z', path: ['$i', 'z'], root: false, line: 2, column: 35 },
    { kind: 'template', name: 't', path: [], root: true, line: 2, column: 57 },
    { kind: 'field', name: 'q', path: ['q'], root: true, line: 2, column: 61 },
    { kind: 'function', name: 'len', path: [], root: false, line: 2, column: 81 },
    { kind: 'field', name: 'w', path: ['w'], root: false, line: 2, column: 85 },
  ]);
});

test('goValue makes the same of decoded JSON as plain objects are', () => {
  const json = JSON.parse('{"a":{"b":[1,{"c":"x"}],"__proto__":"p"},"n":null,"f":1e6}') as unknown;
  const text = '{{.}} {{printf "%#v" .a}} {{(index .a.b 1).c}} {{.a.__proto__}} {{len (slice .a.b 0 2)}}';
  expect(parse(text).execute(goValue(json))).toBe(parse(text).execute(json));
  expect(parse(text).execute(goValue(json))).toContain('map[a:map[__proto__:p b:[1 map[c:x]]] f:1e+06 n:<nil>]');
});

test('printf takes a dot at the end of a format for a verb', () => {
  expect(parse('{{printf "%." 1}} {{printf "%5." 1}} {{printf "%[1]." 1}}').execute({})).toBe(
    '%!.(int=1) %!.(int=    1) %!.(int=1)',
  );
  expect(parse('{{printf "%.3" 1}}').execute({})).toBe('%!(NOVERB)%!(EXTRA int=1)');
});

test('a complex constant needs digits before its i', () => {
  expect(() => parse('{{1+i}}')).toThrow('template: :1: syntax error scanning complex number');
  expect(parse('{{1+2i}}').execute({})).toBe('(1+2i)');
});
