import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBytes } from './byte-string.ts';
import {
  canBackquote,
  escapeUnprintable,
  isPrint,
  quote,
  quoteCharacter,
  quoteRune,
  quoteRuneToAscii,
  quoteToAscii,
} from './quote.ts';
import { readLiteralRune, unquote } from './unquote.ts';

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }).map((text) => Uint8Array.from(Buffer.from(text))),
);

test('quote escapes what does not print, and stray bytes as bytes', () => {
  expect(quote('a"b\\\n\u0000\u007f\u200bé\udc80\udcff')).toBe('"a\\"b\\\\\\n\\x00\\x7f\\u200bé\\x80\\xff"');
  expect(quote('\u0007\b\f\r\t\v\u0080\u00ad\u{e0001}')).toBe('"\\a\\b\\f\\r\\t\\v\\u0080\\u00ad\\U000e0001"');
  expect(quote('plain text')).toBe('"plain text"');
});

test('quote escapes spaces but the plain one, and prints marks and symbols', () => {
  expect(quote('\u00a0\u2028\u3000 \u0301€🚀')).toBe('"\\u00a0\\u2028\\u3000 \u0301€🚀"');
});

test('quoteToAscii escapes all that is not ASCII', () => {
  expect(quoteToAscii('é"\\🚀\udc80\n')).toBe('"\\u00e9\\"\\\\\\U0001f680\\x80\\n"');
});

test('a lone surrogate that is no stray byte is quoted as U+FFFD', () => {
  expect(quoteToAscii('\ud800')).toBe('"\\ufffd"');
});

test('unquote reads back what quote and quoteToAscii wrote, for every byte sequence', () => {
  fc.assert(
    fc.property(bytes, (b) => {
      const text = decodeBytes(b);
      expect(unquote(quote(text))).toBe(text);
      expect(unquote(quoteToAscii(text))).toBe(text);
      expect(quoteToAscii(text)).toMatch(/^[ -~]*$/);
    }),
    { numRuns: 1000 },
  );
});

test('unquote refuses what Go calls invalid syntax', () => {
  const wrong = [
    '',
    '"',
    '"a',
    'a',
    '"a"b"',
    '"\\q"',
    '"\\x4"',
    '"\\400"',
    '"\\ud800"',
    '"a\nb"',
    '`a`b`',
    "'a'",
    '"\\\'"',
  ];
  expect(wrong.filter((literal) => unquote(literal) !== undefined)).toEqual([]);
});

test('unquote reads raw literals without carriage returns, escapes as bytes or characters', () => {
  expect(unquote('`a\\n\r\udc80`')).toBe('a\\n\udc80');
  expect(unquote('"\\xc3\\xa9\\377\\u00e9\\U0001F680\\""')).toBe('é\udcffé🚀"');
  expect(unquote('"\udc80"')).toBe('\ufffd');
});

test('readLiteralRune says whether an escape means a byte', () => {
  expect(readLiteralRune('\\x41', 0, '"')).toEqual({ code: 0x41, isByte: true, next: 4 });
  expect(readLiteralRune('\\u0041', 0, '"')).toEqual({ code: 0x41, isByte: false, next: 6 });
  expect(readLiteralRune("\\'", 0, '"')).toBeUndefined();
});

test('quoteRune escapes single quotes and keeps double ones', () => {
  expect([0x22, 0x27, 0x5c, 0x0a, 0xe9, 0x200b, 0xd800, -1, 0x110000].map(quoteRune)).toEqual([
    "'\"'",
    "'\\''",
    "'\\\\'",
    "'\\n'",
    "'é'",
    "'\\u200b'",
    "'\ufffd'",
    "'\ufffd'",
    "'\ufffd'",
  ]);
  expect([0x27, 0xe9, 0x1f680].map(quoteRuneToAscii)).toEqual(["'\\''", "'\\u00e9'", "'\\U0001f680'"]);
});

test('quoteCharacter quotes a stray byte as a byte', () => {
  expect([quoteCharacter('\udc80'), quoteCharacter('é'), quoteCharacter("'")]).toEqual(["'\\x80'", "'é'", "'\\''"]);
});

test('escapeUnprintable leaves quotes and backslashes', () => {
  expect(escapeUnprintable('a"\\\u001b[31m\udc80\u2028')).toBe('a"\\\\x1b[31m\\x80\\u2028');
});

test('isPrint is about code points', () => {
  expect([0x20, 0x7e, 0x7f, 0xa0, 0xad, 0xe9, 0xd800, 0x1f680, 0x110000].map(isPrint)).toEqual([
    true,
    true,
    false,
    false,
    false,
    true,
    false,
    true,
    false,
  ]);
});

test('canBackquote wants one line of printable text', () => {
  expect(['a\tb', 'a`b', 'a\nb', 'a\udc80', '\ufeff', 'é'].map(canBackquote)).toEqual([
    true,
    false,
    false,
    false,
    false,
    true,
  ]);
});
