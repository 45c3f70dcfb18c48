import { expect, test } from 'vitest';
import { findSpecVersion } from './version.ts';

test.each([
  ['3.4.0', '3.4.0'],
  ['03.04.00', '3.4.0'],
  ['3.7.0-experimental', '3.7.0-experimental'],
  ['3.4.0-experimental', undefined],
  ['3.4.0+x', undefined],
  ['3.4', undefined],
  ['v3.4.0', undefined],
  [' 3.4.0', undefined],
  ['2.3.0', undefined],
])('findSpecVersion of %s is %s', (text, version) => {
  expect(findSpecVersion(text)).toBe(version);
});
