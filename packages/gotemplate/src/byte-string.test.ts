import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  byteLength,
  canonical,
  compareBytes,
  decodeBytes,
  encodeBytes,
  fromOutside,
  runeCount,
  sliceBytes,
} from './byte-string.ts';

const bytes = fc.uint8Array({ maxLength: 24 });
const text = fc.string({ unit: 'binary', maxLength: 12 });

test('decodeBytes and encodeBytes are exact for every byte sequence', () => {
  fc.assert(
    fc.property(bytes, (b) => {
      const text = decodeBytes(b);
      expect(encodeBytes(text)).toEqual(b);
      expect(byteLength(text)).toBe(b.length);
    }),
  );
});

test('decodeBytes keeps characters whole, and the bytes that belong to none apart', () => {
  expect(decodeBytes(new Uint8Array([0xc3, 0xa9, 0xc3, 0xf0, 0x9f, 0x9a, 0x80]))).toBe('é\udcc3🚀');
  expect(decodeBytes(new Uint8Array([0xed, 0xa0, 0x80]))).toBe('\udced\udca0\udc80');
  expect(decodeBytes(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))).toBe('\ufeffa');
});

test('canonical joins the halves of a character', () => {
  expect(canonical('\udcc3\udca9x')).toBe('éx');
});

test('sliceBytes cuts where the bytes are', () => {
  fc.assert(
    fc.property(bytes, fc.nat(24), fc.nat(24), (b, from, to) => {
      const [low, high] = [Math.min(from, to, b.length), Math.min(Math.max(from, to), b.length)];
      expect(encodeBytes(sliceBytes(decodeBytes(b), low, high))).toEqual(b.slice(low, high));
    }),
  );
});

test('compareBytes orders as the bytes do', () => {
  const sign = (n: number) => Math.sign(n);
  fc.assert(
    fc.property(text, text, (a, b) => {
      const [x, y] = [fromOutside(a), fromOutside(b)];
      expect(sign(compareBytes(x, y))).toBe(sign(Buffer.compare(encodeBytes(x), encodeBytes(y))));
    }),
  );
  expect(compareBytes('\uffff', '🚀')).toBeLessThan(0);
  expect(compareBytes('é', '\udcff')).toBeLessThan(0);
});

test('runeCount counts characters and stray bytes', () => {
  expect(runeCount('é🚀\udcff')).toBe(3);
});
