import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { threadMs } from '../../../../tests/thread-time.ts';
import { anySchema, decodeYaml, formatYaml, parseYaml, YamlError } from './index.ts';

const file = new URL('../../../../golden/butane.jsonl', import.meta.url);
const documents = readFileSync(file, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => (JSON.parse(line) as { input?: string }).input)
  .filter((input) => input !== undefined);

/** Reads and decodes; the only thing that may be thrown is a YamlError. */
function attempt(source: string | Uint8Array): void {
  try {
    decodeYaml(parseYaml(source), anySchema);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
  }
}

const fragment = fc.constantFrom(
  ...['- ', '? ', ': ', ', ', '[', ']', '{', '}', '#', '&a ', '*a', '!t ', '!!int ', '|\n', '>-\n', "'", '"', '%', '@'],
  ...[
    '\n',
    '\n  ',
    '\n\t',
    ' ',
    '\t',
    '\r\n',
    '\u2028',
    '---\n',
    '...\n',
    '<<: ',
    'a',
    '0o7',
    '~',
    '\\',
    '\ufeff',
    'é',
    '😀',
  ],
);
const soup = fc.array(fragment, { maxLength: 60 }).map((parts) => parts.join(''));

/** A recorded document with one piece replaced by something else. */
const mutated = fc
  .tuple(fc.constantFrom(...documents), fc.nat(), fc.nat(20), soup)
  .map(([text, at, length, replacement]) => {
    const start = at % (text.length + 1);
    return text.slice(0, start) + replacement + text.slice(start + length);
  });

/** Text without line breaks that only YAML 1.1 has, which the other library does not escape. */
const text = fc
  .string({ unit: 'grapheme', maxLength: 40 })
  .filter((value) => !/[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/.test(value));
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, text, fc.integer(), fc.boolean(), fc.constant(null), tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  map: fc.dictionary(text, tie('value'), { maxKeys: 4 }),
}));

describe('parseYaml under fuzzing', () => {
  it('reads or refuses any soup of indicators', () => {
    fc.assert(fc.property(soup, attempt), { numRuns: 3000 });
  });

  it('reads or refuses spoiled documents', () => {
    fc.assert(fc.property(mutated, attempt), { numRuns: 1000 });
  });

  it('reads or refuses any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), attempt), { numRuns: 2000 });
  });

  it('reads every beginning of a document', () => {
    const longest = documents.reduce((a, b) => (b.length > a.length ? b : a));
    for (let end = 0; end <= longest.length; end += 7) attempt(longest.slice(0, end));
  });

  it('needs time in proportion to the text', () => {
    const hostile = [
      '# x\n\t',
      'a ',
      '[a, ',
      '- &a x\n- *a\n',
      'a: 1\n',
      '"',
      "''",
      '{? ',
      '!a ',
      '&a ',
      'a: |\n  b\n',
    ];
    const start = threadMs();
    for (const piece of hostile) attempt(piece.repeat(100_000 / piece.length));
    expect(threadMs() - start).toBeLessThan(5000);
  });
});

describe('round trips', () => {
  it('parseYaml reads what another library writes', () => {
    fc.assert(
      fc.property(json, fc.boolean(), (value, isFlow) => {
        const collectionStyle = isFlow ? 'flow' : 'block';
        // In flow collections it leaves strings plain that YAML 1.1 does not (`:a`, `a?b`).
        const defaultStringType = isFlow ? 'QUOTE_DOUBLE' : 'PLAIN';
        const options = { version: '1.1', lineWidth: 40, collectionStyle, defaultStringType } as const;
        expect(decodeYaml(parseYaml(stringify(value, options)), anySchema) ?? null).toEqual(value);
      }),
      { numRuns: 1500 },
    );
  });

  it('parseYaml reads what formatYaml writes', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(decodeYaml(parseYaml(formatYaml(value)), anySchema) ?? null).toEqual(value);
      }),
      { numRuns: 1500 },
    );
  });
});
