import { expect, test } from 'vitest';
import { machineBounds } from './machine.ts';
import { sightingOf } from './sighting.ts';

test('sightingOf keeps a few labels, cut, and no more of all together than a record may weigh', () => {
  const labels = new Map(Array.from({ length: 64 }, (_, i) => [`label-${i}`, 'x'.repeat(i === 0 ? 3000 : 200)]));
  const distrust = { uuids: new Set<string>(), macs: new Set<string>() };
  const kept = sightingOf(labels, { at: 0, address: '192.0.2.7', distrust }).labels;
  expect(kept[0]).toEqual(['label-0', `${'x'.repeat(machineBounds.labelLength)}…`]);
  expect(kept).toHaveLength(9);
  expect(kept.flat().join('').length).toBeLessThanOrEqual(machineBounds.labelsLength);
});
