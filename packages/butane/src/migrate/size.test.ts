import { expect, test } from 'vitest';
import { mebibytesOf, mebibytesOfSectors } from './size.ts';

test.each([
  ['', 0],
  ['0', 0],
  ['10GiB', 10240],
  ['512MB', 512],
  ['1GiB512MiB', 1536],
  ['1.5GiB', 1536],
  ['2048KiB', 2],
  ['1048576B', 1],
  ['1KiB', undefined],
  ['10', undefined],
  ['ten GiB', undefined],
])('mebibytesOf(%j) is %s', (size, mebibytes) => {
  expect(mebibytesOf(size)).toBe(mebibytes);
});

test.each([
  ['2048', 1],
  ['0', 0],
  ['100', undefined],
  ['x', undefined],
])('mebibytesOfSectors(%j) is %s', (sectors, mebibytes) => {
  expect(mebibytesOfSectors(sectors)).toBe(mebibytes);
});
