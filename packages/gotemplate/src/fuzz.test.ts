// Random and mutated templates: whatever the text and the data, the answer is a string or a TemplateError, soon.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { threadMs } from '../../../tests/thread-time.ts';
import { goMap, parse, stringMap, TemplateError } from './index.ts';

// 100,000 of each: GOTEMPLATE_FUZZ_RUNS=100000 npx vitest run packages/gotemplate/src/fuzz.test.ts
const runs = Number(process.env.GOTEMPLATE_FUZZ_RUNS ?? 1500);
const slowestMs = 3000;

const data = goMap([
  ['name', 'node1'],
  ['uni', 'héllo 世界 🚀'],
  ['count', 3],
  ['frac', 2.75],
  ['yes', true],
  ['nul', null],
  ['list', ['a', 'b', 3, null, { k: 'v' }]],
  ['map', { k: 'v', n: 1, __proto__: null, constructor: 'c' }],
  ['empty', []],
  ['request', goMap([['query', stringMap([['mac', new Uint8Array([0xff, 0x41])]])]])],
]);

const { letrec, oneof, constantFrom, tuple, string, integer, array, option } = fc;
const names = constantFrom(
  'name',
  'uni',
  'count',
  'frac',
  'yes',
  'nul',
  'list',
  'map',
  'empty',
  'request',
  'none',
  'k',
);
const functions = constantFrom(
  ...['and', 'or', 'not', 'len', 'index', 'slice', 'print', 'println', 'printf', 'html', 'js', 'urlquery', 'call'],
  ...['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'print', 'len', 'index'],
);
const space = constantFrom(' ', ' ', ' ', '\n', '  ', '\t');
const format = array(
  constantFrom(
    '%v',
    '%d',
    '%s',
    '%q',
    '%x',
    '%+v',
    '%#v',
    '%6.2f',
    '%-8s|',
    '%[2]d',
    '%*d',
    '%T',
    '%U',
    '%c',
    '% x',
    '%!',
    '%',
    'é',
    '%#q',
  ),
  { maxLength: 4 },
).map((parts) => `"${parts.join('')}"`);
const literal = oneof(
  integer().map(String),
  constantFrom(
    '1.5',
    '1e6',
    '0x1p-2',
    '2i',
    '1+2i',
    "'a'",
    'true',
    'nil',
    '-0',
    '`raw`',
    '9223372036854775808',
    '"\\xff"',
  ),
  string({ maxLength: 8 }).map((text) => JSON.stringify(text)),
  format,
);

const grammar = letrec<Record<string, string>>((tie) => ({
  operand: oneof(
    { depthSize: 'small', withCrossShrink: true },
    literal,
    names.map((name) => `.${name}`),
    tuple(names, names).map(([a, b]) => `.${a}.${b}`),
    constantFrom('.', '$', '$x', '$i', '$.request.query.mac'),
    tie('pipe').map((pipe) => `(${pipe})`),
    tuple(tie('pipe'), names).map(([pipe, name]) => `(${pipe}).${name}`),
  ),
  command: oneof(
    tie('operand'),
    tuple(functions, array(tie('operand'), { maxLength: 3 }), space).map(([f, args, gap]) => [f, ...args].join(gap)),
  ),
  stage: tuple(functions, array(tie('operand'), { maxLength: 2 })).map(([f, args]) => [f, ...args].join(' ')),
  pipe: tuple(
    option(constantFrom('$x := ', '$x = ', '$y := '), { freq: 6 }),
    tie('command'),
    array(tie('stage'), { maxLength: 2 }),
  ).map(([declaration, first, stages]) => `${declaration ?? ''}${[first, ...stages].join(' | ')}`),
  statement: oneof(
    { depthSize: 'small', withCrossShrink: true },
    string({ maxLength: 10 }),
    tuple(constantFrom('{{', '{{- '), tie('pipe'), constantFrom('}}', ' -}}')).map((parts) => parts.join('')),
    tuple(constantFrom('if', 'with'), tie('pipe'), tie('body')).map(([k, p, b]) => `{{${k} ${p}}}${b}{{end}}`),
    tuple(constantFrom('if', 'with', 'range'), tie('pipe'), tie('body'), tie('body')).map(
      ([kind, pipe, yes, no]) => `{{${kind} ${pipe}}}${yes}{{else}}${no}{{end}}`,
    ),
    tuple(
      constantFrom('.list', '$v := .list', '$k, $v := .map', '3', '.request.query', '.empty', '$i, $x = .list'),
      tie('body'),
      constantFrom('', '{{break}}', '{{continue}}', '{{if $i}}{{break}}{{end}}'),
      tie('body'),
    ).map(([over, before, jump, after]) => `{{range ${over}}}${before}${jump}${after}{{end}}`),
    constantFrom('{{/* c */}}', '{{template "t" .}}', '{{template "t" .map}}'),
    tuple(tie('pipe'), tie('body')).map(([pipe, body]) => `{{with ${pipe}}}${body}{{else with $x}}${body}{{end}}`),
  ),
  body: array(tie('statement'), { maxLength: 4 }).map((parts) => parts.join('')),
  template: tuple(tie('body'), tie('body')).map(
    ([main, called]) => `{{$x := .list}}{{$i := 2}}${main}{{define "t"}}{{$x := .}}{{$i := 0}}${called}{{end}}`,
  ),
}));

const outcomes = { rendered: 0, failed: 0, refused: 0 };

/** Renders or fails as it should; anything else is the failure that the fuzzer looks for. */
function render(template: string | Uint8Array): void {
  const started = threadMs();
  try {
    const parsed = parse(template, { missingkey: 'error', outputLimitBytes: 100_000, stepLimit: 20_000 });
    parsed.references();
    const text = parsed.execute(data);
    outcomes.rendered++;
    if (text.includes('[native code]')) throw new Error('something of a prototype was seen');
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    if (error.code === 'parse') outcomes.refused++;
    else outcomes.failed++;
    if (error.code !== 'limit' && !error.message.startsWith('template: ')) throw error;
  }
  const elapsed = threadMs() - started;
  if (elapsed > slowestMs) throw new Error(`took ${elapsed.toFixed(0)} ms`);
}

test(`parse and execute survive ${runs} random templates`, { timeout: 3_600_000 }, () => {
  fc.assert(fc.property(grammar.template!, render), { numRuns: runs });
  // Random templates that never get as far as running would find nothing.
  console.log('fuzz outcomes', outcomes);
  expect(outcomes.rendered).toBeGreaterThan(runs / 20);
});

const recorded: string[] = readFileSync(
  fileURLToPath(new URL('../../../golden/gotemplate.jsonl', import.meta.url)),
  'utf8',
)
  .split('\n')
  .filter((line) => line.length > 0 && line.length < 4000)
  .map((line) => (JSON.parse(line) as { template?: string }).template ?? '');
const fragments = constantFrom(
  ...[
    '{{',
    '}}',
    '{{-',
    '-}}',
    ' -}}',
    '(',
    ')',
    '|',
    '"',
    '`',
    "'",
    '$',
    '.',
    ':=',
    '=',
    ',',
    '/*',
    '*/',
    '\n',
    '\\',
    '%',
    '{{end}}',
  ],
  ...[
    '{{else}}',
    '{{range 3}}',
    'nil',
    '0x',
    '1e',
    'é',
    '\ud83d',
    '\u0000',
    '{{break}}',
    '{{define "t"}}',
    '{{template "t" .}}',
  ],
);
const edit = tuple(fc.nat(), fc.nat({ max: 5 }), option(fragments, { nil: '' }));

function mutate(template: string, edits: readonly (readonly [number, number, string])[]): string {
  let text = template;
  for (const [at, removed, inserted] of edits) {
    const place = at % (text.length + 1);
    text = text.slice(0, place) + inserted + text.slice(place + removed);
  }
  return text;
}

test(`parse and execute survive ${runs} mutated templates`, { timeout: 3_600_000 }, () => {
  const mutated = tuple(constantFrom(...recorded), array(edit, { minLength: 1, maxLength: 4 }));
  fc.assert(
    fc.property(mutated, ([template, edits]) => render(mutate(template, edits))),
    { numRuns: runs },
  );
  expect.assertions(0);
});

test('parse survives every byte sequence', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) =>
      render(new Uint8Array([...bytes, 123, 123, ...bytes, 125, 125])),
    ),
    { numRuns: Math.min(runs, 5000) },
  );
  expect.assertions(0);
});
