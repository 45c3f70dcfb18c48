import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base64Fault, decodeBase64, encodeBase64 } from './base64.ts';

test('encodeBase64 agrees with Buffer, and decodeBase64 reads it back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const text = encodeBase64(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64'));
      expect(decodeBase64(text)).toEqual({ bytes });
      const url = encodeBase64(bytes, 'url');
      expect(url.replaceAll('=', '')).toBe(Buffer.from(bytes).toString('base64url'));
      expect(decodeBase64(url, 'url')).toEqual({ bytes });
    }),
  );
});

test('decodeBase64 takes only what Buffer reads whole, line breaks aside', () => {
  const text = fc.string({ unit: fc.constantFrom('A', 'b', '/', '=', '\n', '\r', '-', 'é'), maxLength: 12 });
  fc.assert(
    fc.property(text, (encoded) => {
      const result = decodeBase64(encoded);
      const compact = encoded.replaceAll(/[\r\n]/g, '');
      const isWhole = /^(?:[Ab/]{4})*(?:[Ab/]{2}==|[Ab/]{3}=)?$/.test(compact);
      if (isWhole) expect(result).toEqual({ bytes: Uint8Array.from(Buffer.from(compact, 'base64')) });
      else expect(result).toHaveProperty('faultAt');
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ['A', 0],
  ['=', 0],
  ['QQ', 0],
  ['QUI', 0],
  ['QUJDRA', 4],
  ['QQ=', 3],
  ['QQ=x', 2],
  ['Q=Q=', 1],
  ['QQ==QQ==', 4],
  ['QUI=\nx', 5],
  ['QU\nI', 1],
  ['QU-D', 2],
])('decodeBase64 names the place that Go does: %j', (text, faultAt) => {
  expect(decodeBase64(text)).toEqual({ faultAt });
});

test('decodeBase64 does not look at spare bits', () => {
  expect(decodeBase64('QR==')).toEqual({ bytes: new Uint8Array([0x41]) });
});

test('base64Fault has the words of CorruptInputError', () => {
  expect(base64Fault(3)).toBe('illegal base64 data at input byte 3');
});
