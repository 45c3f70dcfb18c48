import { expect, test } from 'vitest';
import { openCatalog } from '../../data/catalog.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { explain } from './explain.ts';

async function explained(files: Readonly<Record<string, Readonly<Record<string, string>>>>, query: string) {
  const entries = Object.entries(files).map(([name, selector]) => [
    `groups/${name}`,
    JSON.stringify({ id: name.replace('.json', ''), profile: 'p', selector }),
  ]);
  const { snapshot } = await openCatalog(openMemoryStore(Object.fromEntries(entries)), { watch: false });
  const { nearMisses, nearMissCount, group } = explain(snapshot, query);
  return { group: group?.id, count: nearMissCount, near: nearMisses.map(({ id }) => id), nearMisses };
}

test('near misses are the groups that differ in form alone, if there are any', async () => {
  const found = await explained(
    {
      'a.json': { zone: 'a', rack: '1' },
      'b.json': { zone: 'b', rack: '2' },
      'c.json': { zone: 'b', rack: '1' },
      'd.json': {},
    },
    'zone=A&rack=1',
  );
  expect(found).toMatchObject({ group: 'd', near: ['a'], count: 1 });
  expect(found.nearMisses[0]).toMatchObject({
    matched: 1,
    missed: [{ label: 'zone', wanted: 'a', sent: 'A', hint: 'case' }],
  });
});

test('near misses are groups that would win; others do not matter', async () => {
  const groups = { 'a.json': { mac: '52:54:00:00:00:01', os: 'x' }, 'b.json': { os: 'X' }, 'c.json': {} };
  expect((await explained(groups, 'mac=52:54:00:00:00:01&os=x')).near).toEqual([]);
  expect((await explained(groups, 'mac=52:54:00:00:00:01')).near).toEqual(['a']);
});

test('near misses leave out groups that are about another machine, by the label that the winner was found with', async () => {
  const groups = {
    'a.json': { mac: '52:54:00:00:00:01', os: 'x' },
    'b.json': { mac: '52:54:00:00:00:02', os: 'x' },
    'c.json': { mac: '52:54:00:00:00:02', os: 'x', zone: '1' },
  };
  expect(await explained(groups, 'mac=52:54:00:00:00:01&os=x')).toMatchObject({ group: 'a', near: [] });
});

test('near misses tell of files that matching never considers', async () => {
  const found = await explained({ 'sub/a.json': { k: 'value1' }, 'b.bak': { k: 'value1' }, 'c.json': {} }, 'k=value1');
  expect(found.group).toBe('c');
  expect(found.nearMisses.map(({ file, ignored, missed }) => [file, ignored, missed])).toEqual([
    ['groups/b.bak', 'extension', []],
    ['groups/sub/a.json', 'subfolder', []],
  ]);
});

test('near misses are the nearest five of thousands', async () => {
  const groups = Object.fromEntries(
    Array.from({ length: 3000 }, (_, i) => {
      const mac = `52:54:00:${[0, (i >> 8) & 255, i & 255].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`;
      return [`n${i}.json`, { mac, os: 'installed' }];
    }),
  );
  const sameForm = await explained(groups, 'mac=52:54:00:00:03:e8&os=Installed');
  expect(sameForm).toMatchObject({ near: ['n1000'], count: 1 });
  const unknown = await explained(groups, 'mac=02:00:00:00:00:01&os=installed');
  expect(unknown).toMatchObject({ near: ['n0', 'n1', 'n10', 'n100', 'n1000'], count: 3000 });
});
