// Depth as in Go, where JavaScript's own stack would overflow.
import { expect, test } from 'vitest';
import { parse } from './index.ts';

function nested(count: number, open: string, middle: string, close: string): string {
  return `${open.repeat(count)}${middle}${close.repeat(count)}`;
}

test('parse takes 10,000 nested parentheses and refuses one more', () => {
  expect(parse(`{{${nested(10_000, '(', '1', ')')}}}`).execute({})).toBe('1');
  expect(() => parse(`{{${nested(10_001, '(', '1', ')')}}}`)).toThrow('template: :1: max expression depth exceeded');
});

test('execute evaluates calls nested 9,999 deep', () => {
  expect(parse(`{{${nested(9999, '(print ', '.x', ')')}}}`).execute({ x: 7 })).toBe('7');
  expect(parse(`{{${nested(5000, '(and 1 ', '.x', ')')}}}`).execute({ x: 7 })).toBe('7');
  expect(parse(`{{${nested(5000, '(.x | or 0 ', '', ')')}}}`).execute({ x: 7 })).toBe('7');
  expect(parse(`{{${nested(5000, '(len (print ', '.x', '))')}}}`).execute({ x: 'abc' })).toBe('1');
});

test('deep expressions stop, declare and fail where shallow ones do', () => {
  const deep = (text: string) => nested(200, '(', text, ')');
  expect(parse(`{{or 1 ${deep('index .none 1')}}}`).execute({})).toBe('1');
  expect(parse(`{{${deep('$x := 5')}}}{{$x}}`).execute({})).toBe('55');
  expect(parse(`{{slice ${deep('.s')} 1 ${deep('2')}}}`).execute({ s: 'abc' })).toBe('b');
  expect(() => parse(`{{print ${deep('.a.b.c')}}}`).execute({ a: { b: 1 } })).toThrow(
    'template: :1:210: executing "" at <.a.b.c>: can\'t evaluate field c in type interface {}',
  );
  expect(() => parse(`{{len ${deep('.')} 2}}`).execute({})).toThrow('wrong number of args for len: want 1 got 2');
  expect(() => parse(`{{${deep('.a')} 2}}`).execute({ a: 1 })).toThrow("can't give argument to non-function (((");
  expect(parse(`{{${nested(300, '(', '.', ').a')}}}`, {}).execute({})).toBe('<no value>');
});

test('control structures nest 20,000 deep', () => {
  const end = '{{end}}';
  expect(parse(nested(20_000, '{{if true}}', 'x', end)).execute({})).toBe('x');
  expect(parse(nested(20_000, '{{with .}}', '{{.}}', end)).execute('x')).toBe('x');
  expect(parse(nested(20_000, '{{range 1}}', 'x', end)).execute({})).toBe('x');
  expect(parse(nested(20_000, '{{if false}}a{{else}}', 'x', end)).execute({})).toBe('x');
  expect(parse(`{{if false}}a${'{{else if false}}b'.repeat(20_000)}{{else}}x{{end}}`).execute({})).toBe('x');
});

test('deep statements behave as shallow ones do', () => {
  const deep = (text: string) => nested(70, '{{if true}}', text, '{{end}}');
  const cases: [string, string][] = [
    ['{{range .l}}{{.}}{{break}}{{end}}', 'a'],
    ['{{range .l}}{{if eq . "a"}}{{continue}}{{end}}{{.}}{{end}}', 'b'],
    ['{{range $i, $e := .l}}{{$i}}{{$e}}{{end}}', '0a1b'],
    ['{{range $k, $v := .m}}{{$k}}{{$v}}{{end}}', 'k1'],
    ['{{range .none}}x{{else}}empty{{end}}', 'empty'],
    ['{{with .m}}{{.k}}{{$.l}}{{else}}x{{end}}', '1[a b]'],
    ['{{range 2}}({{range $.none}}{{else}}{{.}}{{break}}{{end}}){{end}}', '(0)(1)'],
    ['{{template "t" .m}}{{define "t"}}<{{.k}}>{{end}}', '<1>'],
    ['{{$x := 1}}{{range .l}}{{$x = .}}{{end}}{{$x}}', 'b'],
    ['{{$x := 1}}{{if and true ($x := 2)}}{{$x}}{{end}}{{$x}}', '21'],
    ['{{range $i := 3}}{{print ($y := $i)}}{{$y}}{{end}}', '001122'],
    ['{{with $x := 0}}a{{else}}{{$x}}{{end}}', '0'],
  ];
  const data = { l: ['a', 'b'], m: { k: 1 }, none: [] };
  for (const [text, wanted] of cases) {
    const [body, define] = text.split(/(?=\{\{define)/);
    expect(parse(text).execute(data), text).toBe(wanted);
    expect(parse(deep(body!) + (define ?? '')).execute(data), `deep ${text}`).toBe(wanted);
    expect(
      parse(`{{range 1}}${nested(70, '{{if true}}', '{{break}}', '{{end}}')}{{end}}${body}${define ?? ''}`).execute(
        data,
      ),
    ).toBe(wanted);
  }
  expect(() => parse(deep('{{range .l}}{{.x}}{{end}}')).execute(data)).toThrow(
    "can't evaluate field x in type interface {}",
  );
});

test('templates call each other 100,000 deep and no deeper', () => {
  const wanted = 'exceeded maximum template depth (100000)';
  expect(() => parse('{{define "r"}}{{template "r"}}{{end}}{{template "r"}}').execute({})).toThrow(wanted);
  const ranged = '{{define "r"}}{{range $.l}}{{with $}}{{template "r" .}}{{end}}{{end}}{{end}}{{template "r" .}}';
  expect(() => parse(ranged).execute({ l: [1] })).toThrow(wanted);
  const down = '{{define "r"}}{{if .}}a{{template "r" (slice . 1)}}b{{end}}{{end}}{{template "r" .}}';
  expect(parse(down).execute('x'.repeat(3000))).toBe(nested(3000, 'a', '', 'b'));
});

test('data nested 9,000 deep prints', () => {
  let list: unknown = 1;
  for (let i = 0; i < 9000; i++) list = [list];
  expect(parse('{{.}}').execute([list])).toBe(`[${nested(9000, '[', '1', ']')}]`);
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  expect(() => parse('{{.}}').execute(cyclic)).toThrow('data is nested too deeply');
});
