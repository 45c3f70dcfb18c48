import { expect, test } from 'vitest';
import { BlockSpace } from './blocks.ts';

const framed = (packets: readonly Uint8Array[]) => packets.map((packet) => Buffer.from(packet).toString('hex'));

test('BlockSpace numbers blocks with 16 bits, and makes the last as short as its contents', () => {
  const space = new BlockSpace();
  expect(framed(space.frame(Uint8Array.of(1, 2, 3, 4, 5), 65_535, 3, 2))).toEqual([
    '0003ffff0102',
    '000300000304',
    '0003000105',
  ]);
  expect(framed(space.frame(Uint8Array.of(), 7, 1, 2))).toEqual(['00030007']);
});

test('BlockSpace leaves nothing of the blocks before in those that follow, whatever their size', () => {
  const space = new BlockSpace();
  space.frame(Uint8Array.of(9, 9, 9, 9, 9, 9), 1, 2, 3);
  expect(framed(space.frame(Uint8Array.of(1), 2, 1, 3))).toEqual(['0003000201']);
  expect(framed(space.frame(Uint8Array.of(1, 2, 3), 3, 1, 3))).toEqual(['00030003010203']);
  expect(framed(space.frame(Uint8Array.of(1, 2, 3), 4, 1, 8))).toEqual(['00030004010203']);
});
