import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeMachineIdentifier, encodeMachineIdentifier } from './machine-identifier.ts';
import { bytesOf } from './sample.contract.ts';
import { decodeSubOptions, encodeSubOptions } from './sub-option.ts';
import { decodeUserClasses } from './user-class.ts';

test('decodeMachineIdentifier reads the first three fields little-endian, as firmware sends them', () => {
  const sent = bytesOf(
    0,
    0xa7,
    0xd8,
    0xe7,
    0x16,
    0xa9,
    0xbf,
    0x8b,
    0x42,
    0x91,
    0x17,
    0x36,
    0x33,
    0x41,
    0xbb,
    0x33,
    0x0a,
  );
  expect(decodeMachineIdentifier(sent)).toBe('16e7d8a7-bfa9-428b-9117-363341bb330a');
  expect(encodeMachineIdentifier('16e7d8a7-bfa9-428b-9117-363341bb330a')).toEqual(sent);
});

test.each([[[]], [[0]], [[1, ...Array(16).fill(7)]], [Array(16).fill(0)], [Array(18).fill(0)]])(
  'decodeMachineIdentifier answers undefined for %j',
  (bytes) => {
    expect(decodeMachineIdentifier(Uint8Array.from(bytes))).toBeUndefined();
  },
);

test.each([
  ['raw, as iPXE sends it', bytesOf('iPXE'), ['iPXE']],
  ['as RFC 3004 has it', bytesOf(4, 'iPXE'), ['iPXE']],
  ['several', bytesOf(3, 'abc', 4, 'iPXE'), ['abc', 'iPXE']],
  ['raw with a NUL', bytesOf('iPXE', 0), ['iPXE']],
  ['a list with a broken length', bytesOf(4, 'iPXE', 9, 'x'), ['\x04iPXE\tx']],
  ['an empty class', bytesOf(0), ['']],
  ['nothing', bytesOf(), []],
])('decodeUserClasses reads one that is %s', (_, bytes, classes) => {
  expect(decodeUserClasses(bytes)).toEqual(classes);
});

const subOptions = (codes: fc.Arbitrary<number>) =>
  fc.array(fc.record({ code: codes, value: fc.uint8Array({ maxLength: 255 }) }), { maxLength: 8 });

test('decodeSubOptions reads back whatever encodeSubOptions writes, with a frame and without', () => {
  fc.assert(
    fc.property(subOptions(fc.integer({ min: 1, max: 254 })), (any) => {
      expect(decodeSubOptions(encodeSubOptions(any, true), true)).toEqual(any);
    }),
  );
  fc.assert(
    fc.property(subOptions(fc.nat(255)), (any) => {
      expect(decodeSubOptions(encodeSubOptions(any, false), false)).toEqual(any);
    }),
  );
});

test('decodeSubOptions keeps what is whole before a break, and passes over padding', () => {
  expect(decodeSubOptions(bytesOf(0, 6, 1, 8, 0, 9, 200, 1), true)).toEqual([{ code: 6, value: bytesOf(8) }]);
  expect(decodeSubOptions(bytesOf(6, 1, 8, 255, 9, 0), true)).toEqual([{ code: 6, value: bytesOf(8) }]);
  expect(decodeSubOptions(bytesOf(0, 1, 8, 255, 0, 9), false)).toEqual([
    { code: 0, value: bytesOf(8) },
    { code: 255, value: bytesOf() },
  ]);
});

test('encodeSubOptions refuses a value that has no form', () => {
  expect(() => encodeSubOptions([{ code: 9, value: new Uint8Array(256) }], true)).toThrow(
    new RangeError('sub-option 9 has 256 bytes; wanted at most 255'),
  );
});
