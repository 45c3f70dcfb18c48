import { expect, test } from 'vitest';
import { nearest, suggestion } from './edit-distance.ts';

test('nearest finds a word by its letters, or by what is left without folder, extension and case', () => {
  const known = ['debian.yaml', 'flatcar.yaml', 'fedora-coreos.yaml'];
  expect(nearest('debain.yaml', known)).toBe('debian.yaml');
  expect(nearest('ignition/Flatcar.yml', known)).toBe('flatcar.yaml');
  expect(nearest('windows.yaml', known)).toBeUndefined();
  expect(suggestion('fedora-coros.yaml', known)).toBe('; did you mean "fedora-coreos.yaml"?');
});

test('nearest gives up on letters where thousands of words are misspelt, not on names', () => {
  const known = Array.from({ length: 2000 }, (_, i) => `worker-${i}.yaml`);
  for (let i = 0; i < 2000; i++) nearest(`wxrker-${i}x${i}.yaml`, known);
  expect(nearest('workerr-1999.yaml', known)).toBeUndefined();
  expect(nearest('WORKER-1999.yml', known)).toBe('worker-1999.yaml');
});
