import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeGoText, encodeBase64, encodeUtf8 } from './text.ts';

test('encodeUtf8 agrees with the platform', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(encodeUtf8(text)).toEqual(new TextEncoder().encode(text));
    }),
  );
  expect(encodeUtf8('\ud800x')).toEqual(new Uint8Array([0xef, 0xbf, 0xbd, 0x78]));
});

test('decodeGoText reads back what encodeUtf8 wrote', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(decodeGoText(encodeUtf8(text))).toBe(text);
    }),
  );
  expect(decodeGoText(encodeUtf8('x'.repeat(10_000)))).toBe('x'.repeat(10_000));
});

test('decodeGoText replaces every byte that belongs to no character', () => {
  expect(decodeGoText(new Uint8Array([0x61, 0xe2, 0x82, 0x62, 0xff]))).toBe('a\ufffd\ufffdb\ufffd');
});

test('encodeBase64 agrees with the platform', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
    }),
  );
});
