import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shapeOf } from './shape.ts';
import { translate } from './translate.ts';

const lines = readFileSync(new URL('../../../golden/butane.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');

/** Recorded configs without a remark, of which part is not looked at. */
const texts = lines
  .map((line) => (JSON.parse(line) as { readonly input: unknown }).input)
  .filter((input): input is string => typeof input === 'string' && ![undefined, input].includes(shapeOf(input)))
  .filter((input) => isClean(input));

function isClean(text: string): boolean {
  const { ok, report } = translate(text);
  return ok && report.length === 0;
}

const site = `variant: fcos
version: 1.5.0
storage:
  files:
    - path: /etc/hostname
      contents:
        inline: node1.example.com
    - path: /etc/node.env
      contents:
        inline: |
          ADDRESS=10.0.0.1

          RACK=1
systemd:
  units:
    - name: a.service
      enabled: true
      contents: |
        [Service]
        ExecStart=/usr/bin/a --zone a
        [Install]
        WantedBy=multi-user.target
`;

test('shapeOf is the same for texts that differ in what files contain and what options say', () => {
  const other = site
    .replace('node1.example.com', '"node 2"')
    .replace('ADDRESS=10.0.0.1\n\n          RACK=1', 'anything: [ at all')
    .replace('--zone a', '--zone b');
  expect(shapeOf(other)).toBe(shapeOf(site)!);
});

test.each([
  ['another path', '/etc/hostname', '/etc/host'],
  ['null', 'node1.example.com', 'null'],
  ['a number', 'node1.example.com', '1'],
  ['nothing', 'node1.example.com', ''],
  ['empty contents', 'ADDRESS=10.0.0.1\n\n          RACK=1', ''],
  ['a control character', 'RACK=1', 'RACK=\u0007'],
  ['a line indented less', 'RACK=1', '\n         RACK=1'],
  ['another option', 'ExecStart', 'ExecStop'],
  ['an option that goes on', '--zone a', '--zone a \\'],
  ['no option', '[Install]', '[Install'],
  ['another unit', 'a.service', 'b.service'],
  ['another version', '1.5.0', '1.4.0'],
])('shapeOf tells %s', (_, from, to) => {
  expect(site).toContain(from);
  expect(shapeOf(site.replace(from, to))).not.toBe(shapeOf(site));
});

test.each([
  'storage: &all\n  files: []\n',
  'storage:\n  files:\n    - path: /a\n      contents: {inline: "a\n        b"}\n',
  'storage:\n  files: [{path: /a,\n    mode: 0644}]\n',
  'a: !!binary aGVsbG8=\n',
  '--- \na: 1\n',
  'a: |2\n   b\n',
])('shapeOf leaves %j to who reads YAML', (text) => {
  expect(shapeOf(text)).toBeUndefined();
});

/** What may stand in a text instead of a few of its characters; much of it means something in YAML or in units. */
const pieces = fc.oneof(
  fc.constantFrom(
    'null',
    '~',
    'true',
    ': ',
    ' #',
    '\\',
    '\n',
    '\n  ',
    '\t',
    '"',
    "'",
    '{',
    '[',
    ']',
    '- ',
    '|',
    '>',
    '&a',
    '*a',
    '!!int 1',
  ),
  fc.constantFrom(
    '[Install]',
    '=',
    '\u0085',
    '\u2028',
    '\ud800',
    '\r',
    '%',
    '@',
    '`',
    ' ',
    ';',
    '#',
    '---',
    '...',
    '<<',
    '0x1',
    '1e3',
    '.5',
  ),
  fc.string({ maxLength: 6 }),
);

/** Where a text is not looked at; that is where edits say the most. */
const places = new Map(
  [...texts, site].map((text) => {
    const shape = shapeOf(text);
    const isUnread = (at: number) => shapeOf(`${text.slice(0, at)}q${text.slice(at + 1)}`) === shape;
    return [text, Array.from(text, (_, at) => at).filter(isUnread)] as const;
  }),
);

test('shapeOf: what has the shape of a text without remarks has none', () => {
  expect(texts.length).toBeGreaterThan(80);
  let alike = 0;
  const edit = fc.record({ at: fc.nat(), shift: fc.integer({ min: -3, max: 1 }), length: fc.nat(4), piece: pieces });
  fc.assert(
    fc.property(fc.constantFrom(...texts, site), fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) => {
      let other = text;
      const unread = places.get(text)!;
      for (const { at, shift, length, piece } of edits) {
        const from = Math.max(0, unread[at % unread.length]! + shift);
        other = other.slice(0, from) + piece + other.slice(from + length);
      }
      if (other === text || shapeOf(other) !== shapeOf(text)) return;
      alike++;
      expect({ other, isClean: isClean(other) }).toEqual({ other, isClean: true });
      expect(translate(other).ignition?.version).toBe(translate(text).ignition?.version);
    }),
    { numRuns: 4000 },
  );
  expect(alike).toBeGreaterThan(100);
});
