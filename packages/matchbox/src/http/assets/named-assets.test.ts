import { expect, test } from 'vitest';
import { openCatalog } from '../../data/catalog.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { createHandler } from '../handler.ts';
import { assetsOf } from './named-assets.ts';

test('assetsOf finds kernel and initrds of this server, without those that a machine completes', () => {
  const boot = {
    kernel: '/assets/a/vmlinuz',
    initrd: ['--name main /assets/a/initrd', 'http://other/assets/x', '/assets/${arch}/y'],
    args: ['root=/assets/z'],
  };
  expect(assetsOf(boot)).toEqual(['a/vmlinuz', 'a/initrd']);
  expect(assetsOf(undefined)).toEqual([]);
});

test('a missing asset is told with the profile and the groups that name it, and the folder that was searched', async () => {
  const store = openMemoryStore({
    'groups/node1.json': '{"id":"node1","profile":"worker"}',
    'profiles/worker.json': '{"id":"worker","boot":{"kernel":"/assets/missing"}}',
  });
  const catalog = await openCatalog(store, { watch: false });
  const handler = createHandler({ snapshot: () => catalog.snapshot, assetsPath: '/nowhere' });
  const noteOf = async (target: string) =>
    (await handler({ method: 'GET', target, headers: {}, remoteAddress: '192.0.2.7:1' })).outcome.note;
  expect(await noteOf('/assets/missing')).toBe('/missing is not in /nowhere; profile worker (groups node1)');
  expect(await noteOf('/assets/autoexec.ipxe')).toBeUndefined();
  await catalog.close();
});
