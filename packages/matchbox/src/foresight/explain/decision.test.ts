import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openCatalog } from '../../data/catalog.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { decide } from './decision.ts';

async function snapshotOf(selectors: Readonly<Record<string, Readonly<Record<string, string>>>>) {
  const files = Object.entries(selectors).map(([id, selector]) => [
    `groups/${id}.json`,
    JSON.stringify({ id, profile: 'p', selector }),
  ]);
  return (await openCatalog(openMemoryStore(Object.fromEntries(files)), { watch: false })).snapshot;
}

const labels = (record: Readonly<Record<string, string>>) => new Map(Object.entries(record));

test.each([
  [{ a: { x: '1' }, b: { x: '2' } }, 'a', 'only', 'It is the only group that matches.'],
  [
    { a: { x: '1' }, b: { x: '1', y: '1' }, c: {} },
    'b',
    'most_selectors',
    'Of the 3 groups that match it has the most selectors (2 selectors).',
  ],
  [
    { a: { y: '1' }, b: { x: '1' } },
    'a',
    'selector_order',
    'groups/b.json matches with as many selectors; then the one wins whose sorted list of selectors comes last.',
  ],
  [
    { a: { x: '1' }, b: { x: '1' } },
    'a',
    'file_name',
    'groups/b.json has the same selectors; the first by file name wins.',
  ],
  [{ a: { x: '2' }, b: {} }, 'b', 'default', 'It is the default group: no group with selectors matches.'],
  [
    { a: {}, b: {} },
    'a',
    'default',
    'It is the default group: no group with selectors matches. groups/b.json is one too; the first by file name wins.',
  ],
  [
    { a: { x: '2' } },
    undefined,
    'no_match',
    'The only group does not match, and there is no default group (one without selectors).',
  ],
  [{}, undefined, 'no_match', 'There are no groups.'],
])('decide says of %j that %s wins by %s', async (selectors, winner, rule, why) => {
  const decision = decide(await snapshotOf(selectors), labels({ x: '1', y: '1' }));
  expect([decision.group?.id, decision.rule, decision.why]).toEqual([winner, rule, why]);
});

test('decide lists first the group that is selected, and as many as match, for groups of any kind', async () => {
  const pairs = fc.dictionary(fc.constantFrom('a', 'b', 'A'), fc.constantFrom('', '1', '2', 'b'), { maxKeys: 3 });
  const groups = fc.dictionary(fc.constantFrom('g', 'h', 'i', 'j', 'k', 'l'), pairs, { maxKeys: 6 });
  await fc.assert(
    fc.asyncProperty(groups, pairs, async (selectors, sent) => {
      const snapshot = await snapshotOf(selectors);
      const selection = snapshot.select(labels(sent));
      const { matching, matchingCount, group } = decide(snapshot, labels(sent));
      const winner = selection.outcome === 'none' ? undefined : `groups/${selection.entry.name}`;
      expect(matching[0]?.file).toBe(winner);
      expect(group?.file).toBe(winner);
      expect(matching.length).toBe(matchingCount);
    }),
    { numRuns: 200 },
  );
});
