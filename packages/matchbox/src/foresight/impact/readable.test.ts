import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { plainLines, readableLines } from './readable.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const file = (contents: object) => bytes(JSON.stringify({ files: [{ path: '/x', contents }], none: [], empty: {} }));

/** The lines of `contents`, without their indent. */
function contentsLines(contents: object): string[] {
  const lines = readableLines('ignition', file(contents))!.map((line) => line.trim());
  return lines.slice(lines.indexOf('"contents": {') + 1, lines.indexOf('}'));
}

test('Ignition is pretty-printed, with empty lists and objects in one line', () => {
  expect(readableLines('ignition', bytes('{"a":[1,{"b":"c"}],"d":{},"e":[],"f":null}'))).toEqual([
    '{',
    '  "a": [',
    '    1,',
    '    {',
    '      "b": "c"',
    '    }',
    '  ],',
    '  "d": {},',
    '  "e": [],',
    '  "f": null',
    '}',
  ]);
});

test('modes of files are shown in octal too', () => {
  expect(readableLines('ignition', bytes('{"mode":420}'))).toEqual(['{', '  "mode": 420 (0644)', '}']);
});

test('contents of files are shown as text, be they escaped, in base64 or compressed', () => {
  const text = 'first\n\nlast\n';
  const shown = (head: string) => [`"source": "data:${head},…"`, '| first', '|', '| last'];
  expect(contentsLines({ source: `data:,${encodeURIComponent(text)}` })).toEqual(shown(''));
  const base64 = Buffer.from(text).toString('base64');
  expect(contentsLines({ source: `data:;base64,${base64}` })).toEqual(shown(';base64'));
  const packed = gzipSync(text).toString('base64');
  expect(contentsLines({ compression: 'gzip', source: `data:;base64,${packed}` })).toEqual([
    '"compression": "gzip",',
    ...shown(';base64'),
  ]);
});

test('a missing line feed at the end of contents is seen', () => {
  expect(contentsLines({ source: 'data:,a' })).toEqual(['"source": "data:,…"', '| a', '| \\ No newline at end']);
});

test('contents that are no text are shown by size and hash, broken ones as they are', () => {
  expect(contentsLines({ source: 'data:;base64,AAH/' })).toEqual([
    '"source": "data:;base64,…" 3 bytes, sha256 26a66b061e8f48f39927c312f25293959729eee95978e2892d49d3512a5cc092',
  ]);
  expect(contentsLines({ compression: 'gzip', source: 'data:,x' })).toContain('"source": "data:,x"');
  expect(contentsLines({ source: 'https://example.com/x' })).toEqual(['"source": "https://example.com/x"']);
});

test('scripts have an argument a line, and everything else stays as it is', () => {
  expect(readableLines('ipxe', bytes('#!ipxe\nkernel k a b\ninitrd --name main i\nboot\n'))).toEqual([
    '#!ipxe',
    'kernel k',
    '    a',
    '    b',
    'initrd --name main i',
    'boot',
  ]);
  expect(readableLines('grub', bytes('linuxefi "k x" a\n'))).toEqual(['linuxefi "k x"', '    a']);
  expect(readableLines('generic', bytes('kernel k a'))).toEqual(['kernel k a', '\\ No newline at end']);
  expect(readableLines('generic', Uint8Array.of(0xff))).toBeUndefined();
  expect(plainLines(bytes('a\n'))).toEqual(['a']);
});
