import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareArrays, compareBytes, joinSorted } from './byte-order.ts';
import { decodeBytes, encodeBytes } from './byte-string.ts';

/** Few values, so that equal beginnings are frequent: bytes that begin, continue and break characters. */
const byte = fc.constantFrom(
  0x00,
  0x61,
  0x7f,
  0x80,
  0x9f,
  0xa0,
  0xa9,
  0xbf,
  0xc2,
  0xc3,
  0xe0,
  0xed,
  0xef,
  0xf0,
  0xf4,
  0xff,
);
const bytes = fc.oneof(
  fc.array(byte, { maxLength: 6 }).map((list) => Uint8Array.from(list)),
  fc.uint8Array({ maxLength: 8 }),
  fc
    .array(fc.constantFrom('é', '\ud7ff', '\ue000', '\uffff', '🚀', '🛀', '\u{10ffff}'), { maxLength: 3 })
    .map((list) => Uint8Array.from(Buffer.from(list.join('')))),
);
const anyString = fc
  .array(fc.oneof(fc.constantFrom(0x61, 0xd83d, 0xde80, 0xdc80, 0xdcff, 0xffff), fc.nat(0xffff)), { maxLength: 5 })
  .map((units) => String.fromCharCode(...units));

test('compareBytes orders raw bytes as Buffer.compare does', () => {
  fc.assert(
    fc.property(bytes, bytes, fc.boolean(), (prefix, b, longer) => {
      const a = longer ? Uint8Array.from(Buffer.concat([prefix, b.slice(0, 3)])) : prefix;
      const other = longer ? Uint8Array.from(Buffer.concat([prefix, b])) : b;
      expect(Math.sign(compareBytes(decodeBytes(a), decodeBytes(other)))).toBe(Buffer.compare(a, other));
      expect(Math.sign(compareArrays(a, other))).toBe(Buffer.compare(a, other));
    }),
    { numRuns: 20_000 },
  );
});

test('compareBytes orders any two strings as their bytes', () => {
  fc.assert(
    fc.property(anyString, anyString, (a, b) => {
      expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(encodeBytes(a), encodeBytes(b)));
    }),
    { numRuns: 5000 },
  );
});

test('compareBytes puts a stray byte where the byte belongs, and U+FFFF before what lies beyond', () => {
  expect(compareBytes('\udc80', 'é')).toBeLessThan(0);
  expect(compareBytes('\udcc3', 'é')).toBeLessThan(0);
  expect(compareBytes('\udcff', '🚀')).toBeGreaterThan(0);
  expect(compareBytes('\uffff', '🚀')).toBeLessThan(0);
});

test('joinSorted sorts by bytes', () => {
  expect(joinSorted(['b', 'a'], ',')).toBe('a,b');
  expect(joinSorted(['🚀', '\uffff', '\udcff', '\udc80'], '')).toBe('\udc80\uffff🚀\udcff');
});
