import { expect, test } from 'vitest';
import { pathOfImage, usedImages } from './boot-image.ts';

test('usedImages lists each image once, with all profiles that boot it, and passes over what is broken', () => {
  const profiles = new Map([
    ['a', '{"boot":{"kernel":"/assets/k","initrd":["--name main /assets/i","/assets/j"]}}'],
    ['b', '{"boot":{"kernel":"/assets/k","initrd":7}}'],
    ['c', '{"boot":'],
    ['d', '{}'],
  ]);
  expect(usedImages(profiles)).toEqual([
    { path: '/assets/i', role: 'initrd', profiles: ['a'] },
    { path: '/assets/j', role: 'initrd', profiles: ['a'] },
    { path: '/assets/k', role: 'kernel', profiles: ['a', 'b'] },
  ]);
});

test('pathOfImage knows what this server has to have', () => {
  const paths = ['/assets/a%20b', 'http://x:8080/assets/k?a=b', 'https://other.example/k', '/assets/${arch}/k', 'k'];
  expect(paths.map(pathOfImage)).toEqual(['/assets/a b', '/assets/k', undefined, undefined, undefined]);
});
