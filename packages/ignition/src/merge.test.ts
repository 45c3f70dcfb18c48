import { expect, test } from 'vitest';
import { type MergeMapping, mergeConfigs } from './merge.ts';

const storage = (lists: object) => ({ storage: lists }) as never;

test('mergeConfigs lets what the child states win and keeps what it leaves out', () => {
  const parent = { ignition: { version: '3.4.0' }, passwd: { users: [{ name: 'core', uid: 7, shell: '/bin/sh' }] } };
  const child = { ignition: { version: '3.4.0' }, passwd: { users: [{ name: 'core', uid: 0 }] } };
  expect(mergeConfigs(parent, child, '3.4.0')).toEqual({
    ignition: { version: '3.4.0' },
    passwd: { users: [{ name: 'core', uid: 0, shell: '/bin/sh' }] },
  });
});

test('mergeConfigs drops an item of the parent whose key the child has in a list of another kind', () => {
  const files = storage({ files: [{ path: '/a' }, { path: '/b' }] });
  expect(mergeConfigs(files, storage({ links: [{ path: '/a', target: '/b' }] }), '3.4.0')).toEqual(
    storage({ files: [{ path: '/b' }], links: [{ path: '/a', target: '/b' }] }),
  );
  const wanted = { kernelArguments: { shouldExist: ['quiet', 'ro'] } };
  expect(mergeConfigs(wanted, { kernelArguments: { shouldNotExist: ['quiet'] } }, '3.3.0')).toEqual({
    kernelArguments: { shouldExist: ['ro'], shouldNotExist: ['quiet'] },
  });
});

test('mergeConfigs appends options of a LUKS volume, but joins its open options by text', () => {
  const volume = (options: string[], openOptions: string[]) =>
    storage({ luks: [{ name: 'root', options, openOptions }] });
  expect(mergeConfigs(volume(['-a'], ['-x', '-y']), volume(['-a'], ['-y', '-z']), '3.4.0')).toEqual(
    volume(['-a', '-a'], ['-x', '-y', '-z']),
  );
});

test('mergeConfigs takes a header away where the child names it without a value', () => {
  const merge = (httpHeaders: object[]) => ({ ignition: { config: { replace: { httpHeaders } } } }) as never;
  const parent = merge([
    { name: 'A', value: '1' },
    { name: 'B', value: '2' },
  ]);
  expect(mergeConfigs(parent, merge([{ name: 'A' }, { name: 'C' }]), '3.4.0')).toEqual(
    merge([{ name: 'B', value: '2' }, { name: 'C' }]),
  );
});

test('mergeConfigs keeps the target of a link that the child only gives an owner, up to 3.2 as later', () => {
  const parent = storage({ links: [{ path: '/l', target: '/t' }] });
  const owned = storage({ links: [{ path: '/l', user: { id: 1 } }] });
  const merged = storage({ links: [{ path: '/l', target: '/t', user: { id: 1 } }] });
  expect(mergeConfigs(parent, owned, '3.2.0')).toEqual(merged);
  expect(mergeConfigs(parent, owned, '3.3.0')).toEqual(merged);
  expect(mergeConfigs(parent, storage({ links: [{ path: '/l', hard: true }] }), '3.2.0')).toEqual(
    storage({ links: [{ path: '/l', hard: true }] }),
  );
});

test('mergeConfigs tells where each value came from, children before what contains them', () => {
  const mappings: MergeMapping[] = [];
  const parent = storage({ disks: [{ device: '/dev/a', wipeTable: true }] });
  const child = storage({ disks: [{ device: '/dev/a', wipeTable: false }] });
  mergeConfigs(parent, child, '3.4.0', (mapping) => mappings.push(mapping));
  expect(mappings.map(({ side, from, to }) => `${side} ${from.join('.')} → ${to.join('.')}`)).toEqual([
    'child storage.disks.0.device → storage.disks.0.device',
    'child storage.disks.0.wipeTable → storage.disks.0.wipeTable',
    'parent storage.disks.0 → storage.disks.0',
    'child storage.disks.0 → storage.disks.0',
    'parent storage.disks → storage.disks',
    'child storage.disks → storage.disks',
    'parent storage → storage',
    'child storage → storage',
  ]);
});
