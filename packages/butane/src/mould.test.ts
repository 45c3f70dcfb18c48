import { readFileSync } from 'node:fs';
import { formatConfig } from '@matchbox/ignition';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillMould, makeMould } from './mould.ts';
import { gzip } from './node.ts';
import { outlineOf, shapeOf } from './shape.ts';
import { translate } from './translate.ts';

const site = `variant: fcos
version: 1.5.0
systemd:
  units:
    - name: a.service
      contents: |
        [Service]
        ExecStart=/usr/bin/a --zone a
storage:
  files:
    - path: /etc/hostname
      contents:
        inline: node1.example.com
    - path: /etc/node.env
      append:
        - inline: "RACK <1>"
      contents:
        inline: |-
          ADDRESS=10.0.0.1

            RACK=1
`;

/** Recorded configs without a remark, of which part is not looked at. */
const recorded = readFileSync(new URL('../../../golden/butane.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => (JSON.parse(line) as { readonly input: unknown }).input)
  .filter((input): input is string => typeof input === 'string' && (outlineOf(input)?.holes?.length ?? 0) > 0)
  .filter((input) => isClean(input));

function isClean(text: string): boolean {
  const { ok, report } = translate(text);
  return ok && report.length === 0;
}

function write(text: string): string | undefined {
  const { ok, ignition } = translate(text, { gzip });
  return ok ? formatConfig(ignition!.config, ignition!.version, { emptyStructs: 'keep' }) : undefined;
}

function mouldOf(text: string) {
  return makeMould(outlineOf(text)!, write, gzip);
}

test('fillMould writes the config of another text of the shape', () => {
  const other = site
    .replace('node1.example.com', "'a: #b'")
    .replace('RACK <1>', `${'x<&>'.repeat(900)}`)
    .replace('--zone a', '--zone "<b>&"')
    .replace('ADDRESS=10.0.0.1\n', 'a: [ {\n\n          # no comment\n');
  const { shape, holes } = outlineOf(other)!;
  expect(shape).toBe(shapeOf(site));
  expect(fillMould(mouldOf(site)!, holes!, gzip)).toBe(write(other));
});

test.each([
  [
    'a stated compression',
    'contents:\n        inline: node1',
    'contents:\n        compression: gzip\n        inline: node1',
  ],
  [
    'headers',
    'contents:\n        inline: node1',
    'contents:\n        http_headers: [{name: a, value: b}]\n        inline: node1',
  ],
])('makeMould leaves %s to who translates', (_, from, to) => {
  expect(site).toContain(from);
  expect(mouldOf(site.replace(from, to))).toBeUndefined();
});

test.each([
  ['a folded text', '|-\n          ADDRESS', '>-\n          ADDRESS'],
  ['a line of blanks', 'ADDRESS=10.0.0.1\n\n', `ADDRESS=10.0.0.1\n${' '.repeat(12)}\n`],
  ['a text that ends within a line', 'RACK=1\n', 'RACK=1'],
])('outlineOf does not read %s', (_, from, to) => {
  expect(site).toContain(from);
  expect(outlineOf(site.replace(from, to))?.holes).toBeUndefined();
});

test('outlineOf takes no text for what stands for one', () => {
  expect(outlineOf(site.replace('node1.example.com', '\0'))).toBeUndefined();
});

const words = [
  'null',
  '~',
  ': ',
  ' #',
  '\\',
  '\n',
  '\n  ',
  '\t',
  '"',
  "'",
  '{',
  '- ',
  '|',
  '&a',
  '\0',
  '\u0085',
  '\r',
  '%',
  '<',
  '[Install]',
];
const pieces = fc.oneof(
  fc.constantFrom(...words),
  fc.constantFrom('\u00e9', '\ud83d\ude00', '\x7f', 'hole0', 'gap1', '=', ' ', 'x'.repeat(1100), 'y z'.repeat(30_000)),
  fc.string({ maxLength: 6 }),
);

test('fillMould: what has the shape of a text is written as its translation', () => {
  const moulds = new Map([site, ...recorded].map((text) => [text, mouldOf(text)] as const));
  const texts = [...moulds].flatMap(([text, mould]) => (mould === undefined ? [] : [text]));
  expect(texts.length).toBeGreaterThan(20);
  let alike = 0;
  const edit = fc.record({
    hole: fc.nat(),
    at: fc.nat(),
    shift: fc.integer({ min: -3, max: 3 }),
    length: fc.nat(4),
    piece: pieces,
  });
  fc.assert(
    fc.property(fc.constantFrom(...texts, site), fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) => {
      const { holes } = outlineOf(text)!;
      const lines = text.split('\n');
      let other = text;
      for (const { hole, at, shift, length, piece } of edits) {
        const { start, end, before } = holes![hole % holes!.length]!;
        const first = lines.slice(0, start).join('\n').length + 1 + before.length;
        const size = lines.slice(start, end).join('\n').length - before.length;
        const from = Math.max(0, first + (at % Math.max(size, 1)) + shift);
        other = other.slice(0, from) + piece + other.slice(from + length);
      }
      const outline = outlineOf(other);
      if (outline?.holes === undefined || outline.shape !== shapeOf(text)) return;
      alike++;
      expect({ other, config: fillMould(moulds.get(text)!, outline.holes, gzip) }).toEqual({
        other,
        config: write(other),
      });
      expect(isClean(other)).toBe(true);
    }),
    { numRuns: 3000 },
  );
  expect(alike).toBeGreaterThan(300);
});
