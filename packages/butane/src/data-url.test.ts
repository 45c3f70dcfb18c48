import { gunzipSync, gzipSync } from 'node:zlib';
import { encodeText } from '@matchbox/gotext';
import { expect, test } from 'vitest';
import { makeDataUrl } from './data-url.ts';

const gzip = (bytes: Uint8Array) => gzipSync(bytes, { level: 9 });

test('makeDataUrl escapes what RFC 2396 does not call unreserved', () => {
  expect(makeDataUrl(encodeText("a b/ü~!*'()"), undefined, gzip)).toEqual({
    url: "data:,a%20b%2F%C3%BC~!*'()",
    compression: '',
  });
});

test('makeDataUrl prefers escaping where base64 is just as long', () => {
  // ",%00%00%00%00" and ";base64,AAAAAA==": 13 against 16; with five zeros 16 against 16.
  expect(makeDataUrl(new Uint8Array(5), undefined, undefined).url).toBe('data:,%00%00%00%00%00');
  expect(makeDataUrl(new Uint8Array(6), undefined, undefined).url).toBe('data:;base64,AAAAAAAA');
});

test('makeDataUrl compresses only where four bytes more would still be shorter', () => {
  const text = encodeText('# comment\n'.repeat(20));
  const { url, compression } = makeDataUrl(text, undefined, gzip);
  expect(compression).toBe('gzip');
  expect(gunzipSync(Buffer.from(url.slice('data:;base64,'.length), 'base64'))).toEqual(Buffer.from(text));
});

test.each([
  // 47 letters are 48 characters escaped; 24 bytes in base64 are 40, and `gzip` makes it 44.
  [47, 24, 'gzip'],
  // 27 bytes are 44, and 48 is not less than 48.
  [47, 27, ''],
  [48, 27, 'gzip'],
])('makeDataUrl of %d letters that compress to %d bytes states compression %j', (letters, bytes, expected) => {
  const gzipTo = () => new Uint8Array(bytes);
  expect(makeDataUrl(encodeText('a'.repeat(letters)), undefined, gzipTo).compression).toBe(expected);
});

test('makeDataUrl leaves contents alone that are compressed already', () => {
  expect(makeDataUrl(encodeText('a'.repeat(500)), 'gzip', gzip)).toEqual({ url: `data:,${'a'.repeat(500)}` });
});
