import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { followCommits } from './follow.ts';

test('followCommits loads anew when the history was cut while it read a page of it', async () => {
  const told: string[] = [];
  // Revisions 1 to 3 are cut between the first question and the page.
  const answers = [
    [{ epoch: 'e', revision: '5', pruned: '0' }],
    [{ revision: '4', write_id: 'w4', kind: 'groups', name: 'a', bytes: Buffer.from('4') }],
    [{ pruned: '3' }],
  ];
  const pool = { query: async () => ({ rows: answers.shift() ?? [{ epoch: 'e', revision: '5', pruned: '3' }] }) };
  const following = followCommits(
    { pool: pool as unknown as Pool, config: {}, from: { epoch: 'e', revision: 0 } },
    {
      changes: ({ revision }) => told.push(`changes to ${revision}`),
      reset: (reason) => told.push(reason),
      faults: () => {},
      state: () => {},
    },
    { passive: true },
  );
  await following.catchUp();
  expect(told).toEqual(['the history from revision 0 on is gone']);
  await following.close();
});
