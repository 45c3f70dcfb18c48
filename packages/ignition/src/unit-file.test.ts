import { expect, test } from 'vitest';
import { parseUnitFile } from './unit-file.ts';

test('parseUnitFile names the sections that have options', () => {
  const file = parseUnitFile('junk\n[Unit]\nA=b\\\n c\n# x \\\n y\n[Empty]\n\n[Install]\r\nWantedBy=\n');
  expect(file).toEqual({ sections: new Set(['Unit', 'Install']) });
});

test.each([
  ['[Unit', 'unable to find end of section'],
  ['[Unit] x', 'found garbage after section name : "x"'],
  ['[Unit]\u0085é"\u200b\u0085 \n', 'found garbage after section name : "é\\"\\u200b"'],
  ['[Unit]\ufeff', 'found garbage after section name : "\\ufeff"'],
  ['[[a] && b\n', 'found garbage after section name : "&& b"'],
  ['[Unit]\nwords\n', 'unexpected newline encountered while parsing option name'],
  ['[Unit]\nwords', 'EOF'],
  [`[Unit]\nA=${'x'.repeat(2100)}\n`, 'line too long (max 2048 bytes)'],
])('parseUnitFile refuses %j', (text, fault) => {
  expect(parseUnitFile(text)).toEqual({ fault });
});

test('parseUnitFile passes a long line of which less than 2048 bytes are left to read', () => {
  expect(parseUnitFile(`[Unit]\nA=${'x'.repeat(2000)}`)).toEqual({ sections: new Set(['Unit']) });
});

test('parseUnitFile reads a large file in linear time', () => {
  const text = `[Unit]\n${'Description=ü\n'.repeat(50_000)}`;
  expect(parseUnitFile(text)).toEqual({ sections: new Set(['Unit']) });
});
