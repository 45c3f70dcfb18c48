import { readKey } from 'openpgp';
import { expect, test } from 'vitest';
import { pinnedKeys } from './pinned-keys.ts';

test('pinnedKeys: each key text has the fingerprint that stands beside it, and two sources', async () => {
  for (const pinned of pinnedKeys) {
    const key = await readKey({ armoredKey: pinned.armored });
    expect(key.getFingerprint().toUpperCase()).toBe(pinned.fingerprint);
    expect(key.isPrivate()).toBe(false);
    expect(pinned.sources.length).toBeGreaterThanOrEqual(2);
  }
  expect(new Set(pinnedKeys.map((key) => key.system))).toEqual(new Set(['fedora-coreos', 'flatcar']));
});
