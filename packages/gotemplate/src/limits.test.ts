// What costs time costs steps: a template ends soon at its step limit, whatever it spends the time on.
import { expect, test } from 'vitest';
import { goMap, parse, stringMap, TemplateError } from './index.ts';

const letters = Array.from({ length: 2000 }, (_, index) => [`k${index}`, 'v'] as const);
const data = goMap([
  ['map', stringMap(letters)],
  ['list', letters.map(([key]) => key)],
  ['text', 'a'.repeat(20_000)],
]);

/** How many rounds a loop makes before 100,000 steps are spent. */
function rounds(body: string): number {
  const template = parse(`{{range 1000000}}.${body}{{end}}`, { stepLimit: 100_000 });
  try {
    template.execute(data);
  } catch (error) {
    if (error instanceof TemplateError && error.code === 'limit') return error.partial.length;
    throw error;
  }
  throw new Error('no limit was reached');
}

const deep = (levels: number) => `${'('.repeat(levels)}1${')'.repeat(levels)}`;

test.each([
  ['an action of many operands', `{{$x := and${' 1'.repeat(8000)}}}`, 100],
  ['an action of many parentheses', `{{$x := ${deep(9000)}}}`, 100],
  ['a condition of many operands', `{{if and${' 1'.repeat(8000)}}}{{end}}`, 100],
  ['a pipeline of many stages', `{{$x := 1${' | print'.repeat(2000)}}}`, 60],
  ['a call with many arguments', `{{$x := len (print${' 1'.repeat(8000)})}}`, 60],
  ['printing a map', '{{$x := print $.map}}', 20],
  ['a range over a map', '{{range $.map}}{{break}}{{end}}', 250],
  ['printing a list', '{{$x := printf "%v" $.list}}', 20],
  ['making a long text', '{{$x := printf "%100000d" 1}}', 20],
  ['escaping a long text', '{{$x := urlquery $.text}}', 60],
  ['a long format', `{{$x := printf "${'%[1]d'.repeat(2000)}" 1}}`, 200],
] as const)('%s costs steps by its size', (_, body, most) => {
  expect(rounds(body)).toBeLessThan(most);
});

test('deeply nested statements cost steps by their size', () => {
  const body = `{{$x := and${' 1'.repeat(8000)}}}`;
  const nested = `${'{{if true}}'.repeat(60)}${body}${'{{end}}'.repeat(60)}`;
  expect(rounds(nested)).toBeLessThan(100);
});

test('usual statements cost few steps', () => {
  expect(rounds('{{$x := printf "%s-%d" "node" 1}}')).toBeGreaterThan(10_000);
});
