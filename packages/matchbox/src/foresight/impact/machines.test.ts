import { expect, test } from 'vitest';
import { openCatalog } from '../../data/catalog.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { machinesOf } from './machines.ts';

const files = {
  'groups/default.json': '{"id":"default","profile":"p"}',
  'groups/n1.json': '{"id":"n1","profile":"p","selector":{"mac":"52:54:00:00:00:01"}}',
  'groups/n1-installed.json': '{"id":"n1i","profile":"q","selector":{"mac":"52:54:00:00:00:01","os":"installed"}}',
  'groups/n2.json': '{"id":"n2","profile":"p","selector":{"mac":"52:54:00:00:00:02"}}',
  'profiles/p.json': '{"id":"p"}',
  'profiles/q.json': '{"id":"q"}',
};

async function queries(...listed: string[]): Promise<(readonly [string, boolean])[]> {
  const catalog = await openCatalog(openMemoryStore(files), { watch: false });
  const found = machinesOf(catalog.snapshot, catalog.snapshot, listed);
  await catalog.close();
  return found.map(({ query, isMadeUp }) => [query, isMadeUp] as const).sort(([a], [b]) => (a < b ? -1 : 1));
}

test('machinesOf makes one up for every group', async () => {
  expect(await queries()).toEqual([
    ['', true],
    ['mac=52:54:00:00:00:01', true],
    ['mac=52:54:00:00:00:01&os=installed', true],
    ['mac=52:54:00:00:00:02', true],
  ]);
});

test('machinesOf makes none up beside the machine itself, where that gets the group', async () => {
  expect(await queries('uuid=a&mac=52-54-00-00-00-01')).toEqual([
    ['', true],
    ['mac=52:54:00:00:00:01&os=installed', true],
    ['mac=52:54:00:00:00:02', true],
    ['uuid=a&mac=52-54-00-00-00-01', false],
  ]);
  // It asked as an installed one: what it would get with its group for others is not to be lost.
  expect(await queries('uuid=a&mac=52:54:00:00:00:01&os=installed')).toEqual([
    ['', true],
    ['mac=52:54:00:00:00:01', true],
    ['mac=52:54:00:00:00:01&os=installed', true],
    ['mac=52:54:00:00:00:02', true],
    ['uuid=a&mac=52:54:00:00:00:01&os=installed', false],
  ]);
});
