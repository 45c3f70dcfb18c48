import { expect, test } from 'vitest';
import { checkChanges, checkExpected, inSafeOrder } from './change.ts';
import type { Kind } from './kind.ts';

const store = {
  limits: { bytesPerFile: 10, filesPerCommit: 2, bytesPerCommit: 15, atomic: true },
  describe: (kind: Kind, name?: string) => `memory/${kind}${name === undefined ? '' : `/${name}`}`,
};
const put = (name: string, size = 1) => ({ kind: 'groups', name, bytes: new Uint8Array(size) }) as const;

test.each([
  [[put('../x')], 'bad_name', 'open memory/groups/../x: not a name below the folder of its kind'],
  [
    [{ ...put('a/.x/y'), bytes: undefined }],
    'bad_name',
    'remove memory/groups/a/.x/y: in a folder whose name begins with a dot',
  ],
  [[put('a'), put('a')], 'bad_name', 'open memory/groups/a: named twice in one change'],
  [[put('a', 11)], 'too_large', 'open memory/groups/a: 11 bytes, more than the 10 allowed'],
  [[put('a'), put('b'), put('c')], 'too_large', 'open one change: 3 files, more than the 2 allowed'],
  [[put('a', 8), put('b', 8)], 'too_large', 'open one change: 16 bytes, more than the 15 allowed'],
])('checkChanges refuses %j', (changes, code, message) => {
  expect(() => checkChanges(changes, store)).toThrow(expect.objectContaining({ code, message }));
});

test('checkExpected compares the SHA-256 of what is there, the empty text standing for nothing', () => {
  const found = new TextEncoder().encode('abc');
  const revision = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  checkExpected({ ...put('a'), expected: revision }, found);
  checkExpected({ ...put('a'), expected: '' }, undefined);
  checkExpected(put('a'), found);
  expect(() => checkExpected({ ...put('a'), expected: '' }, found)).toThrow(
    `groups/a has changed: expected revision "", found "${revision}"`,
  );
  expect(() => checkExpected({ ...put('a'), expected: revision }, undefined)).toThrow('found ""');
});

test('inSafeOrder puts what is referred to before what refers to it, and removes it after', () => {
  const change = (kind: Kind, bytes?: Uint8Array) => ({ kind, name: 'x', bytes });
  const some = new Uint8Array();
  const mixed = [
    change('ignition'),
    change('profiles'),
    change('groups'),
    change('groups', some),
    change('profiles', some),
    change('cloud', some),
  ];
  expect(inSafeOrder(mixed).map(({ kind, bytes }) => `${bytes ? '+' : '-'}${kind}`)).toEqual([
    '+cloud',
    '+profiles',
    '+groups',
    '-groups',
    '-profiles',
    '-ignition',
  ]);
});
