import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { outlineOf } from './shape.ts';
import { fitOutline } from './shape-fit.ts';

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
    - path: /etc/motd
      contents:
        inline: |-
          Node 1
systemd:
  units:
    - name: a.service
      enabled: true
      contents: |
        [Service]
        Environment=

        # zone
        ExecStart=/usr/bin/a --zone a
        [Install]
        WantedBy=multi-user.target
    - name: b.service
      contents: |
        [Service]
        ExecStart=/usr/bin/b \\
          --zone a
`;

function holesOf(known: string, text: string): string[] | undefined {
  return fitOutline(outlineOf(known)!, text)?.holes?.map(({ kind, value }) => `${kind}: ${value}`);
}

test('fitOutline tells what a text of the same shape says in the gaps', () => {
  const other = site
    .replace('node1.example.com', '"node 2"')
    .replace('RACK=1', '[rack]\n          n = 2')
    .replace('Node 1', 'Node 2')
    .replace('--zone a\n        [', '--zone b\n        [');
  expect(holesOf(site, other)).toEqual([
    'contents: node 2',
    'contents: ADDRESS=10.0.0.1\n\n[rack]\nn = 2\n',
    'contents: Node 2',
    'unit: [Service]\nEnvironment=\n\n# zone\nExecStart=/usr/bin/a --zone b\n[Install]\nWantedBy=multi-user.target\n',
    'unit: [Service]\nExecStart=/usr/bin/b \\\n  --zone a\n',
  ]);
});

test.each([
  ['another path', '/etc/hostname', '/etc/host'],
  ['a number', 'node1.example.com', '1'],
  ['a control character', 'RACK=1', 'RACK=\u0007'],
  ['a line indented less', 'RACK=1', '\n         RACK=1'],
  ['another option', 'ExecStart=/usr/bin/a', 'ExecStop=/usr/bin/a'],
  ['an option that goes on', '--zone a\n        [', '--zone a \\\n        ['],
  ['another line that goes on', '--zone a\n`', '--zone b\n`'],
  ['a comment with more in it', '# zone', '# zone='],
  ['a line more', '# zone', '# zone\n        # b'],
  ['a line less', '        # zone\n', ''],
  ['an end without a line', '--zone a\n`', '--zone a'],
  ['more at the end', '          --zone a\n', '          --zone a\npasswd: {}\n'],
])('fitOutline takes no text that has %s', (_, from, to) => {
  const other = `${site}\``.replace(from, to).replace(/`$/, '');
  expect(other).not.toBe(site);
  expect(fitOutline(outlineOf(site)!, other)).toBeUndefined();
});

test('fitOutline knows no holes where one is written in a way that is not read', () => {
  const folded = site.replace('inline: |\n', 'inline: >\n');
  expect(fitOutline(outlineOf(folded)!, folded.replace('RACK=1', 'RACK=2'))).toEqual({ holes: undefined });
});

const recorded = readFileSync(new URL('../../../golden/butane.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => (JSON.parse(line) as { readonly input: unknown }).input)
  .filter((input): input is string => typeof input === 'string' && (outlineOf(input)?.gaps.length ?? 0) > 0);

const marks = [
  '\n',
  '\n  ',
  '\n          ',
  ' ',
  '\t',
  '#',
  '|',
  '>',
  '|-',
  '- ',
  '"',
  "'",
  '\\',
  '\\\n',
  '\r',
  '\0',
  '\u0085',
];
const pieces = fc.oneof(
  fc.constantFrom(...marks, 'null', '=', ': ', 'x'.repeat(1001), '\u00e9'),
  fc.string({ maxLength: 5 }),
);

test('fitOutline says of a text what is said by reading it', () => {
  expect(recorded.length).toBeGreaterThan(40);
  const seen = { alike: 0, others: 0 };
  const edit = fc.record({
    gap: fc.nat(),
    at: fc.nat(),
    shift: fc.integer({ min: -3, max: 3 }),
    length: fc.nat(5),
    piece: pieces,
  });
  fc.assert(
    fc.property(fc.constantFrom(...recorded, site), fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) => {
      const outline = outlineOf(text)!;
      let other = text;
      for (const { gap, at, shift, length, piece } of edits) {
        const { from, to } = outline.gaps[gap % outline.gaps.length]!;
        const start = Math.max(0, from + (at % Math.max(1, to - from)) + shift);
        other = other.slice(0, start) + piece + other.slice(start + length);
      }
      const read = outlineOf(other);
      const isAlike = read?.shape === outline.shape;
      const wanted = isAlike ? { holes: read.holes?.map(({ kind, value }) => ({ kind, value })) } : undefined;
      seen[isAlike ? 'alike' : 'others']++;
      expect({ text, other, fit: fitOutline(outline, other) }).toEqual({ text, other, fit: wanted });
    }),
    { numRuns: 5000 },
  );
  expect(Math.min(seen.alike, seen.others)).toBeGreaterThan(300);
});
