import { expect, test } from 'vitest';
import { keepCompressed } from './kept-gzip.ts';

/** Says what it was handed. */
function counting(): { readonly asked: number[][]; readonly gzip: (bytes: Uint8Array) => Uint8Array } {
  const asked: number[][] = [];
  const gzip = (bytes: Uint8Array): Uint8Array => {
    asked.push([...bytes]);
    return bytes.slice().reverse();
  };
  return { asked, gzip };
}

test('keepCompressed compresses the same contents once, wherever they stand in memory', () => {
  const { asked, gzip } = counting();
  const kept = keepCompressed(gzip, 10_000);
  const memory = Uint8Array.of(1, 2, 0xff, 1, 2, 0xff);
  expect(kept(memory.subarray(0, 3))).toEqual(Uint8Array.of(0xff, 2, 1));
  expect(kept(memory.subarray(3))).toEqual(Uint8Array.of(0xff, 2, 1));
  expect(asked).toEqual([[1, 2, 0xff]]);
});

test('keepCompressed keeps contents that differ in one bit apart', () => {
  const { asked, gzip } = counting();
  const kept = keepCompressed(gzip, 100_000);
  for (let byte = 0; byte < 256; byte++) expect(kept(Uint8Array.of(byte, 0))).toEqual(Uint8Array.of(0, byte));
  expect(asked).toHaveLength(256);
});

test('keepCompressed forgets what was not asked for longest when it holds too much', () => {
  const { asked, gzip } = counting();
  const kept = keepCompressed(gzip, 1000);
  for (const byte of [1, 2, 3, 4, 5, 6, 1]) kept(new Uint8Array(50).fill(byte));
  expect(asked.map(([first]) => first)).toEqual([1, 2, 3, 4, 5, 6, 1]);
});
