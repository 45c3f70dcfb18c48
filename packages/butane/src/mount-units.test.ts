import { expect, test } from 'vitest';
import { escapeUnitPath } from './mount-units.ts';

test.each([
  ['/', '-'],
  ['//var//lib/', 'var-lib'],
  ['/.hidden/.x', '\\x2ehidden-.x'],
  ['/var/a-b c/ü', 'var-a\\x2db\\x20c-\\xc3\\xbc'],
])('escapeUnitPath(%j) is %j', (path, name) => {
  expect(escapeUnitPath(path)).toBe(name);
});
