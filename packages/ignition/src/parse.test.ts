import { readFileSync } from 'node:fs';
import { encodeText } from '@matchbox/gotext';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatConfig } from './format.ts';
import { parseCompatible } from './parse.ts';
import { formatReport } from './report.ts';

function parse(text: string) {
  return parseCompatible(encodeText(text), '3.6.0');
}

describe('parseCompatible', () => {
  test('reads a list that is there twice into the items that are there', () => {
    const files = (items: string) => `"storage":{"files":[${items}]}`;
    const text = `{"ignition":{"version":"3.6.0"},${files('{"path":"/a","mode":1},{"path":"/c"}')},${files('{"path":"/b"}')}}`;
    expect(parse(text).config).toMatchObject({ storage: { files: [{ path: '/b', mode: 1 }] } });
  });

  test('tells the first wrong type and reads integers exactly', () => {
    const text = '{"ignition":{"version":"3.6.0","timeouts":{"httpTotal":1.5}},"passwd":[]}';
    const message =
      'json: cannot unmarshal number 1.5 into Go struct field Config.ignition.timeouts.httpTotal of type int';
    expect(formatReport(parse(text).report)).toBe(`error at line 1 col 59: ${message}\n`);
  });

  test('never takes a key of the prototype for a field', () => {
    const result = parse('{"ignition":{"version":"3.6.0"},"__proto__":{"x":1},"constructor":2}');
    expect(result.report.map((entry) => entry.message)).toEqual(['unused key __proto__', 'unused key constructor']);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  test('survives 100,000 nested brackets', () => {
    const result = parse(`{"ignition":{"version":"3.6.0"},"x":${'['.repeat(100_000)}`);
    expect(result).toMatchObject({ error: 'config is not valid', report: [{ message: 'exceeded max depth' }] });
  });
});

describe('parseCompatible under fire', () => {
  const golden = readFileSync(new URL('../../../golden/ignition.jsonl', import.meta.url), 'utf8');
  const inputs = golden
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => encodeText((JSON.parse(line) as { input?: string }).input ?? ''));

  function check(bytes: Uint8Array): void {
    for (const target of ['3.4.0', '3.7.0-experimental'] as const) {
      const { config, error } = parseCompatible(bytes, target);
      expect(config === undefined).toBe(error !== undefined);
      if (config === undefined) continue;
      const text = formatConfig(config, target, { emptyStructs: 'keep' });
      expect((JSON.parse(text) as { ignition: { version: string } }).ignition.version).toMatch(/^0*3\.0*[47]\./);
      // A link of 3.0 without a target is invalid in 3.4, and sent all the same: there need not be a config again.
      const again = parseCompatible(encodeText(text), target).config;
      if (again !== undefined) expect(formatConfig(again, target, { emptyStructs: 'keep' })).toBe(text);
    }
  }

  test('answers any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), check), { numRuns: 500 });
  });

  test('answers any JSON in the place of any section', () => {
    const section = fc.constantFrom('storage', 'systemd', 'passwd', 'kernelArguments', 'Ignition');
    const document = fc.tuple(section, fc.jsonValue()).map(([key, value]) => {
      return encodeText(`{"ignition":{"version":"3.4.0"},"${key}":${JSON.stringify(value)}}`);
    });
    fc.assert(fc.property(document, check), { numRuns: 500 });
  });

  test('answers spoiled configs', () => {
    const edit = fc.record({ at: fc.nat(5000), remove: fc.nat(20), insert: fc.uint8Array({ maxLength: 6 }) });
    const spoiled = fc.tuple(fc.constantFrom(...inputs), fc.array(edit, { minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(spoiled, ([input, edits]) => {
        let bytes = [...input];
        for (const { at, remove, insert } of edits) {
          const start = at % (bytes.length + 1);
          bytes = [...bytes.slice(0, start), ...insert, ...bytes.slice(start + remove)];
        }
        check(new Uint8Array(bytes));
      }),
      { numRuns: 1500 },
    );
  });
});
