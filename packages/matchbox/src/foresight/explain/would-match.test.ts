import { expect, test } from 'vitest';
import { openCatalog } from '../../data/catalog.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { explain } from './explain.ts';
import { formatExplanation } from './format.ts';

async function explained(selectors: readonly Readonly<Record<string, string>>[], query: string) {
  const files = selectors.map((selector, i) => [
    `groups/g${i}.json`,
    JSON.stringify({ id: `g${i}`, profile: 'p', selector }),
  ]);
  const { snapshot } = await openCatalog(openMemoryStore(Object.fromEntries(files)), { watch: false });
  return explain(snapshot, query);
}

const rack = Array.from({ length: 5 }, (_, i) => ({ mac: `52:54:00:a1:9c:0${i}`, os: 'installed' }));

test('explain of a machine that no group takes tells what groups ask for, and how it gets a group', async () => {
  const { wouldMatch } = await explained([...rack, { rack: 'r1' }], 'mac=00-11-22-33-44-55');
  expect(wouldMatch).toEqual({
    labelCount: 3,
    labels: [
      {
        label: 'mac',
        groups: 5,
        values: ['52:54:00:a1:9c:00', '52:54:00:a1:9c:01', '52:54:00:a1:9c:02', '52:54:00:a1:9c:03'],
        sent: '00:11:22:33:44:55',
      },
      { label: 'os', groups: 5, values: ['installed'] },
      { label: 'rack', groups: 1, values: ['r1'] },
    ],
    next: [
      'Give it a group of its own, once it has asked the server: bootcmd machine adopt 00:11:22:33:44:55 --profile PROFILE',
      'Or take every machine that no other group takes: add a group without selectors.',
    ],
  });
});

test('formatExplanation shows three values of a label', async () => {
  const selectors = [...'abcde'].map((os) => ({ os }));
  expect(formatExplanation(await explained([...selectors, { rack: 'r1' }], 'rack=r2'))).toContain(`
What groups ask for
  os    5 groups ask for it  a, b, c, …  not sent
  rack  1 group asks for it  r1          sent: r2
What to do
  Give it a group of its own, once it has asked the server: bootcmd machine
  adopt MACHINE --profile PROFILE
  Or take every machine that no other group takes: add a group without
  selectors.
`);
});

test('explain of a machine that gets a group, and where there are no groups, tells of no labels', async () => {
  expect((await explained([{}, ...rack], 'mac=00-11-22-33-44-55')).wouldMatch).toBeUndefined();
  expect((await explained([], 'mac=00-11-22-33-44-55')).wouldMatch).toMatchObject({ labelCount: 0, labels: [] });
});

test('explain tells ten labels of many', async () => {
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`l${String(i).padStart(2, '0')}`, 'x']));
  const { wouldMatch } = await explained([many], 'mac=00-11-22-33-44-55');
  expect([wouldMatch?.labelCount, wouldMatch?.labels.at(-1)?.label, wouldMatch?.labels.length]).toEqual([
    12,
    'l09',
    10,
  ]);
});
