import { expect, test } from 'vitest';
import { type Machine, machineBounds, newMachine } from './machine.ts';
import { weighAlike, weightOf, weightOfSelf } from './weight.ts';

const plain = newMachine('m-1', 0);

test('weightOf counts everything that a machine can make long', () => {
  const long = 'x'.repeat(250);
  const macs = Array.from({ length: machineBounds.macs }, (_, i) => `52:54:00:00:00:${i}`);
  const boot = { id: 'b-1', startedAt: 0, steps: {} };
  const heavier = [
    { macs },
    { uuids: [long] },
    { serials: [long] },
    { hostname: long },
    { labels: [[long, long]] as const },
    { addresses: [{ address: '192.0.2.1', at: 0 }] },
    { stateReason: long },
    { starts: [{ at: 0, installation: long, boot: 'b' }] },
    { merged: [{ id: 'm-2', at: 0, uuids: [], macs, serials: [], firstSeen: 0 }] },
    { orders: { hold: long } },
    { boot: { ...boot, refused: { what: long, status: 404, reason: '', times: 1, since: 0 } } },
    { boot: { ...boot, netboot: { script: long } } },
  ];
  const weights = heavier.map((change) => weightOf({ ...plain, ...change }) - weightOf(plain));
  expect(Math.min(...weights)).toBeGreaterThanOrEqual(200);
  expect(weights[0]).toBeGreaterThan(64 * 150);
  const isMissed = (changed: Machine) => weighAlike(plain, changed) && weightOfSelf(changed) !== weightOfSelf(plain);
  expect(heavier.filter((change) => isMissed({ ...plain, ...change }))).toEqual([]);
  expect(weighAlike(plain, { ...plain, lastSeen: 1, state: 'seen', addresses: [] })).toBe(true);
});
