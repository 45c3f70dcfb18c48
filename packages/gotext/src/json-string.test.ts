import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBytes } from './byte-string.ts';
import { quoteJson, quoteRawJson } from './json-string.ts';
import { decodeText } from './utf8.ts';

test('quoteJson escapes what Go escapes', () => {
  expect(quoteJson('"\\\b\f\n\r\t\u0001\u007f<>&\u2028\u2029é🚀\udc80')).toBe(
    '"\\"\\\\\\b\\f\\n\\r\\t\\u0001\u007f\\u003c\\u003e\\u0026\\u2028\\u2029é🚀\\ufffd"',
  );
});

test('quoteRawJson leaves the characters of HTML', () => {
  expect(quoteRawJson('<>&\u2028\udcff')).toBe('"<>&\\u2028\\ufffd"');
});

test('JSON.parse reads what they wrote, with U+FFFD for stray bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      expect(JSON.parse(quoteJson(decodeBytes(bytes)))).toBe(decodeText(bytes));
      expect(JSON.parse(quoteRawJson(decodeBytes(bytes)))).toBe(decodeText(bytes));
    }),
  );
});
