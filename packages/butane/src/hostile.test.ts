// Texts that would take an expression or a loop minutes whose time grows with the square of their length.
import { describe, expect, test } from 'vitest';
import { threadMs } from '../../../tests/thread-time.ts';
import { migrate } from './migrate/migrate.ts';
import { translate } from './translate.ts';

const length = 60_000;
const patterns = [
  ...'\0\t\n\r\x7f',
  ...Array.from({ length: 95 }, (_, code) => String.fromCharCode(0x20 + code)),
  ...['\u0085', '\u2028', '\uFEFF', 'é', '🚀', '\\"', "''", '\\\n', '\\x41', 'a: b\n', 'a:\n', '- ', '? ', '- - a\n'],
  ...[
    '# \n',
    ' #',
    '\n ',
    ' \n',
    '\t\n',
    '---\n',
    '...\n',
    '%a\n',
    '&a ',
    '*a ',
    '!a ',
    '!<a>',
    '{{',
    '{{.a}}',
    '}}',
    '{a: ',
  ],
  ...['[a,', ', ', '"a" ', '|\n', '>\n a\n\n', '1_', '1:', '0x', '1e', '2001-', '~/', '<<: '],
];

const starts = ['', 'variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n    - path: ', 'a: |\n  ', 'a: "', "a: '"];

describe.each([
  ['translate', (text: string) => translate(text)],
  ['migrate', (text: string) => migrate(text, { variant: 'flatcar' })],
])('%s', (_, read) => {
  test.each(starts)('reads hostile texts after %j in time', (start) => {
    const slow = patterns.filter((pattern) => isSlow(() => read(start + pattern.repeat(length / pattern.length))));
    expect(slow).toEqual([]);
  });
});

/** Some milliseconds are usual. */
function isSlow(run: () => unknown): boolean {
  const begun = threadMs();
  run();
  return threadMs() - begun > 1000;
}
