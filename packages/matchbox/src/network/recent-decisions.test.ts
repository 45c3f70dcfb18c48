import type { Decision } from '@matchbox/netboot';
import { expect, test } from 'vitest';
import { createRecentDecisions } from './recent-decisions.ts';

const decision: Decision = {
  rule: 'not_network_boot',
  outcome: 'ignored',
  network: 'rack',
  mode: 'proxy',
  dryRun: false,
  port: 'dhcp',
  source: { address: '0.0.0.0', port: 68 },
  type: 'DISCOVER',
};

test('createRecentDecisions tells what came behind a number, as long as it is kept', () => {
  const recent = createRecentDecisions(3);
  expect(recent.after(0)).toEqual([]);
  for (let count = 0; count < 5; count++) recent.note(decision, 1000 * count);
  expect(recent.after(0).map(({ number, at }) => [number, at])).toEqual([
    [3, '1970-01-01T00:00:02.000Z'],
    [4, '1970-01-01T00:00:03.000Z'],
    [5, '1970-01-01T00:00:04.000Z'],
  ]);
  expect([recent.after(4).map(({ number }) => number), recent.after(5), recent.after(99)]).toEqual([[5], [], []]);
});

test('createRecentDecisions tells a decision with its reason in words', () => {
  const recent = createRecentDecisions();
  recent.note(decision, 0);
  expect(JSON.parse(JSON.stringify(recent.after(0)[0]))).toEqual({
    number: 1,
    at: '1970-01-01T00:00:00.000Z',
    network: 'rack',
    mode: 'proxy',
    dryRun: false,
    outcome: 'ignored',
    rule: 'not_network_boot',
    because: 'it is from no network boot client, and the DHCP server is another',
    port: 'dhcp',
    type: 'DISCOVER',
  });
});
