import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteString, goMap, type OutputMap, parse, TemplateError } from './index.ts';

const data = goMap([
  ['name', 'nöde'],
  ['empty', ''],
  ['yes', true],
  ['lines', 'a\nb\n'],
  ['list', ['x', '世界', 3]],
  ['half', new ByteString(new Uint8Array([0xe4, 0xb8]))],
  ['rest', new ByteString(new Uint8Array([0x96]))],
]);

/** `line:column` of each run, and what it wrote. */
function written(text: string, values: unknown = data): [string, string][] {
  const { bytes, map } = parse(text, { missingkey: 'error' }).executeMapped(values);
  return map
    .runs()
    .map(({ start, end, line, column }) => [`${line}:${column}`, Buffer.from(bytes.subarray(start, end)).toString()]);
}

function placesOf(map: OutputMap, offsets: readonly number[]): (string | undefined)[] {
  return offsets.map((offset) => {
    const origin = map.originAt(offset);
    return origin && `${origin.line}:${origin.column}`;
  });
}

test('executeMapped names the place of each text and action', () => {
  expect(written('é {{.name}}\n{{ if .yes }}\n b{{.empty}}{{len .list}}{{end}}')).toEqual([
    ['1:0', 'é '],
    ['1:5', 'nöde'],
    ['1:12', '\n'],
    ['2:13', '\n b'],
    ['3:14', '3'],
  ]);
});

test('executeMapped follows trimming, rounds, and calls of other templates', () => {
  const text =
    '{{define "t"}}<{{.}}>{{end}}a  \n{{- range .list}} {{template "t" .}}{{end -}}\n  b{{block "u" .}}c{{end}}';
  expect(written(text, { list: ['1', '2'] })).toEqual([
    ['1:28', 'a'],
    ['2:17', ' '],
    ['1:14', '<'],
    ['1:17', '1'],
    ['1:20', '>'],
    ['2:17', ' '],
    ['1:14', '<'],
    ['1:17', '2'],
    ['1:20', '>'],
    ['3:2', 'b'],
    ['3:18', 'c'],
  ]);
});

test('originAt moves along with text, and stays at an action', () => {
  const { map } = parse('{{.lines}}\n  ü=é\nx').executeMapped(data);
  expect(placesOf(map, [0, 3, 4, 5, 7, 9, 10, 12, 13])).toEqual([
    '1:2',
    '1:2',
    '1:10',
    '2:0',
    '2:2',
    '2:4',
    '2:5',
    '2:7',
    '3:0',
  ]);
  expect(placesOf(map, [-1, 14, 1000])).toEqual([undefined, undefined, undefined]);
});

test('originAt counts bytes where two actions write the halves of a character', () => {
  const { bytes, map } = parse('ä{{.half}}{{.rest}}ö').executeMapped(data);
  expect(Buffer.from(bytes).toString()).toBe('ä世ö');
  expect(placesOf(map, [0, 1, 2, 3, 4, 5, 6])).toEqual(['1:0', '1:0', '1:4', '1:4', '1:13', '1:20', '1:20']);
});

test('an origin names the text and the template that was executing', () => {
  const template = parse('{{template "x"}}{{template "y"}}{{define "y"}}2{{end}}', { name: 'main' });
  template.new('other').parse('\n{{define "x"}}1{{end}}');
  const { map } = template.executeMapped(null);
  expect(map.originAt(0)).toEqual({ textName: 'other', templateName: 'x', line: 2, column: 14 });
  expect(map.originAt(1)).toEqual({ textName: 'main', templateName: 'y', line: 1, column: 46 });
});

test('executeMapped works where statements and calls are nested deeper than the stack', () => {
  const nested = `${'{{if true}}'.repeat(200)}deep${'{{end}}'.repeat(200)}`;
  expect(written(nested)).toEqual([[`1:${11 * 200}`, 'deep']]);
  const recursion =
    '{{define "r"}}{{if .}}{{slice . 0 1}}{{template "r" slice . 1}}{{else}}!{{end}}{{end}}{{template "r" .}}';
  const calls = written(recursion, 'y'.repeat(2000));
  expect(calls).toHaveLength(2001);
  expect(calls[1999]).toEqual(['1:24', 'y']);
  expect(calls[2000]).toEqual(['1:71', '!']);
});

test('executeMapped has the errors and the limits of execute', () => {
  const cases = [
    ['{{.none}}', {}],
    ['{{range 100}}12345678901{{end}}', { outputLimitBytes: 1000 }],
    ['{{range 100}}{{end}}', { stepLimit: 50 }],
  ] as const;
  for (const [text, options] of cases) {
    const template = parse(text, { missingkey: 'error', ...options });
    const errors = [() => template.execute({}), () => template.executeMapped({})].map((run) => {
      try {
        return run();
      } catch (error) {
        return error;
      }
    });
    expect(errors[0]).toBeInstanceOf(TemplateError);
    expect(String(errors[1])).toBe(String(errors[0]));
  }
});

test('executeMapped keeps a bounded number of runs', () => {
  const { bytes, map } = parse('{{range 150000}}a{{1}}{{end}}').executeMapped({});
  expect(bytes).toHaveLength(300_000);
  expect(map.runs()).toHaveLength(200_000);
  expect(placesOf(map, [199_999, 200_000])).toEqual(['1:19', undefined]);
});

const words = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '  ', 'é', '世', '🚀', '\t', '}'), maxLength: 8 });
const action = fc.constantFrom('.name', '.empty', '.list', 'printf "%q" .lines', 'print "a" 1', '.half', '.rest');
const { statements } = fc.letrec<{ statements: string; statement: string }>((tie) => ({
  statements: fc.array(tie('statement'), { maxLength: 4 }).map((parts) => parts.join('')),
  statement: fc.oneof(
    { depthSize: 'small' },
    words,
    fc.tuple(action, fc.boolean(), fc.boolean()).map(([text, left, right]) => delimited(text, left, right)),
    fc.constantFrom('{{/* é */}}', '{{- /* x */ -}}', '{{$v := .name}}', '{{template "t" .}}'),
    fc
      .tuple(fc.constantFrom('if .yes', 'if .empty', 'with $', 'range 3'), tie('statements'), tie('statements'))
      .map(([head, yes, no]) =>
        head === 'range 3'
          ? `{{${head}}}${constantOnly(yes)}{{else}}${no}{{end}}`
          : `{{${head}}}${yes}{{else}}${no}{{end}}`,
      ),
  ),
}));

function delimited(text: string, left: boolean, right: boolean): string {
  return `{{${left ? '- ' : ''}${text}${right ? ' -' : ''}}}`;
}

/** In a round dot is a number, so that its statements must read `$`. */
function constantOnly(text: string): string {
  return `{{with $}}${text}{{end}}{{.}}`;
}

test('runs cover the output in order, and text comes from where they say', () => {
  fc.assert(
    fc.property(statements, words, (body, inner) => {
      const text = `{{define "t"}}${inner}{{.name}}{{end}}${body}`;
      const source = Buffer.from(text);
      const template = parse(text);
      const { bytes, map } = template.executeMapped(data);
      expect(Buffer.from(bytes)).toEqual(Buffer.from(template.executeBytes(data)));
      let at = 0;
      for (const { start, end, literal, line, column } of map.runs()) {
        expect(start).toBe(at);
        expect(end).toBeGreaterThan(start);
        at = end;
        const from = offsetOf(source, line, column);
        if (!literal) expect(source.subarray(0, from).toString()).toMatch(/\{\{(-\s+)?$/);
        else expect(source.subarray(from, from + end - start)).toEqual(Buffer.from(bytes.subarray(start, end)));
        const inside = Array.from({ length: end - start }, (_, index) => start + index);
        // In the middle of a character its first byte is named.
        const checked = literal ? inside.filter((offset) => (bytes[offset]! & 0xc0) !== 0x80) : inside;
        const origins = checked.map((offset) => map.originAt(offset)!);
        expect(origins.map((origin) => offsetOf(source, origin.line, origin.column))).toEqual(
          checked.map((offset) => (literal ? from + offset - start : from)),
        );
      }
      expect(at).toBe(bytes.length);
    }),
    { numRuns: 200 },
  );
});

function offsetOf(source: Buffer, line: number, column: number): number {
  let start = 0;
  for (let left = line; left > 1; left--) start = source.indexOf(10, start) + 1;
  return start + column;
}
