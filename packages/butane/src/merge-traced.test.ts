import type { ConfigObject } from '@matchbox/ignition';
import { expect, test } from 'vitest';
import { mergeTraced } from './merge-traced.ts';
import { copiedFrom, newTrail, noteSubtree, nothing, tracedBy } from './origin.ts';

function generated(config: ConfigObject) {
  const trail = newTrail();
  noteSubtree(trail, ['storage'], ['sugar']);
  return { config, origin: tracedBy(trail, nothing) };
}

const written = (config: ConfigObject) => ({ config, origin: copiedFrom(config, '3.2.0') });

test('mergeTraced puts generated items first and lets the user win', () => {
  const { config, origin } = mergeTraced(
    generated({ storage: { disks: [{ device: '/dev/a', wipeTable: true }, { device: '/dev/b' }] } }),
    written({ storage: { disks: [{ device: '/dev/c' }, { device: '/dev/b', wipeTable: false }] } }),
    '3.2.0',
  );
  expect(config.storage).toEqual({
    disks: [{ device: '/dev/a', wipeTable: true }, { device: '/dev/b', wipeTable: false }, { device: '/dev/c' }],
  });
  expect(origin(['storage', 'disks', 0, 'wipeTable'])).toEqual(['sugar']);
  expect(origin(['storage', 'disks', 1, 'wipeTable'])).toEqual(['storage', 'disks', 1, 'wipe_table']);
  expect(origin(['storage', 'disks', 2])).toEqual(['storage', 'disks', 0]);
  expect(origin(['storage', 'disks', 2, 'wipeTable'])).toBeUndefined();
});

test('mergeTraced joins lists that are not told apart by key', () => {
  const luks = (options: string[]) => ({ storage: { luks: [{ name: 'root', options }] } });
  const { config } = mergeTraced(generated(luks(['-a'])), written(luks(['-b', '-a'])), '3.2.0');
  expect(config).toEqual(luks(['-a', '-b', '-a']));
});

test('mergeTraced drops a generated file where the user has a link', () => {
  const { config } = mergeTraced(
    generated({ storage: { files: [{ path: '/a' }, { path: '/b' }] } }),
    written({ storage: { links: [{ path: '/a', target: '/b' }] } }),
    '3.4.0',
  );
  expect(config.storage).toEqual({ files: [{ path: '/b' }], links: [{ path: '/a', target: '/b' }] });
});
