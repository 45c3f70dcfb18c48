import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  byteAt,
  byteLength,
  canonical,
  decodeBytes,
  decodeLatin1,
  encodeBytes,
  runeCount,
  sequenceLength,
  sliceBytes,
  toText,
} from './byte-string.ts';

/** Bytes in which characters of every length, their halves and bytes of no character are near each other. */
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 3 }).map((text) => Buffer.from(text)),
  fc.constantFrom('é', '\ud7ff', '\uffff', '🚀', '\u{10ffff}').map((text) => Buffer.from(text).subarray(0, -1)),
);
const bytes = fc.array(piece, { maxLength: 6 }).map((pieces) => Uint8Array.from(Buffer.concat(pieces)));
/** Any UTF-16, lone surrogates of every kind included. */
const anyString = fc.array(fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xd800, max: 0xdfff })), { maxLength: 12 });

test('decodeBytes and encodeBytes are exact for every byte sequence', () => {
  fc.assert(
    fc.property(bytes, (b) => {
      const text = decodeBytes(b);
      expect(encodeBytes(text)).toEqual(b);
      expect(canonical(text)).toBe(text);
      expect(decodeLatin1(Buffer.from(b).toString('latin1'))).toBe(text);
    }),
    { numRuns: 1000 },
  );
});

test('decodeBytes reads long input with stray bytes in parts', () => {
  const long = Buffer.concat([Buffer.from('é🚀'.repeat(5000)), Buffer.from([0xff]), Buffer.from('x'.repeat(9000))]);
  expect(decodeBytes(long)).toBe(`${'é🚀'.repeat(5000)}\udcff${'x'.repeat(9000)}`);
});

test('decodeBytes keeps characters whole, and the bytes that belong to none apart', () => {
  expect(decodeBytes(new Uint8Array([0xc3, 0xa9, 0xc3, 0xf0, 0x9f, 0x9a, 0x80]))).toBe('é\udcc3🚀');
  expect(decodeBytes(new Uint8Array([0xed, 0xa0, 0x80]))).toBe('\udced\udca0\udc80');
  expect(decodeBytes(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))).toBe('\ufeffa');
});

test('sequenceLength finds what Buffer decodes to one character', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 4 }), (b) => {
      const lengths = [1, 2, 3, 4].filter((length) => {
        const part = Buffer.from(b).subarray(0, length);
        return part.length === length && Buffer.from(part.toString()).equals(part) && [...part.toString()].length === 1;
      });
      expect(sequenceLength(b, 0)).toBe(lengths[0] ?? 0);
    }),
    { numRuns: 2000 },
  );
  expect(sequenceLength(new Uint8Array(), 0)).toBe(0);
});

test('encodeBytes takes a lone surrogate that is no stray byte for U+FFFD', () => {
  expect(encodeBytes('\ud83dx\udc7f')).toEqual(new Uint8Array([0xef, 0xbf, 0xbd, 0x78, 0xef, 0xbf, 0xbd]));
  expect(encodeBytes('\udc80\udcff')).toEqual(new Uint8Array([0x80, 0xff]));
});

test('byteLength and runeCount count what encodeBytes writes, for any string', () => {
  fc.assert(
    fc.property(anyString, (units) => {
      const text = String.fromCharCode(...units);
      expect(byteLength(text)).toBe(encodeBytes(text).length);
      expect(runeCount(text)).toBe([...text].length);
    }),
    { numRuns: 1000 },
  );
  expect(byteLength('a\ud800é')).toBe(6);
  expect(runeCount('é🚀\udcff')).toBe(3);
});

test('canonical joins the halves of a character', () => {
  expect(canonical('\udcc3\udca9x')).toBe('éx');
});

test('toText puts U+FFFD for each stray byte', () => {
  expect(toText('a\udce2\udc82b')).toBe('a\ufffd\ufffdb');
  expect(toText('\udcc3\udca9')).toBe('é');
});

test('sliceBytes and byteAt cut where the bytes are', () => {
  fc.assert(
    fc.property(bytes, fc.nat(24), fc.nat(24), (b, from, to) => {
      const [low, high] = [Math.min(from, to, b.length), Math.min(Math.max(from, to), b.length)];
      const text = decodeBytes(b);
      expect(encodeBytes(sliceBytes(text, low, high))).toEqual(b.slice(low, high));
      if (low < b.length) expect(byteAt(text, low)).toBe(b[low]);
    }),
  );
});
