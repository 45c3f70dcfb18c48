import { isUtf8 as isUtf8InNode } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeStrictly, decodeText, encodeText, isUtf8 } from './utf8.ts';

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }).map((text) => Uint8Array.from(Buffer.from(text))),
);

test('isUtf8 agrees with the platform, and decodeStrictly reads just what is UTF-8', () => {
  fc.assert(
    fc.property(bytes, (b) => {
      expect(isUtf8(b)).toBe(isUtf8InNode(b));
      expect(decodeStrictly(b)).toBe(isUtf8InNode(b) ? Buffer.from(b).toString() : undefined);
    }),
    { numRuns: 1000 },
  );
  expect(decodeStrictly(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))).toBe('\ufeffa');
});

test('decodeText puts a U+FFFD for every single byte that belongs to no character', () => {
  expect(decodeText(new Uint8Array([0x61, 0xe2, 0x82, 0x62, 0xff]))).toBe('a\ufffd\ufffdb\ufffd');
  expect(decodeText(new Uint8Array([0xed, 0xa0, 0x80]))).toBe('\ufffd\ufffd\ufffd');
});

test('decodeText reads back what encodeText wrote', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(decodeText(encodeText(text))).toBe(text);
    }),
  );
});

test('encodeText takes every lone surrogate for U+FFFD', () => {
  expect(encodeText('\udc80x\ud800')).toEqual(new Uint8Array([0xef, 0xbf, 0xbd, 0x78, 0xef, 0xbf, 0xbd]));
});
