import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeGroup } from '../../data/group.ts';
import { createOwnValues } from './own-values.ts';

const group = (id: string, metadata: object) => decodeGroup(new TextEncoder().encode(JSON.stringify({ id, metadata })));

function machine(id: string, mac: string, metadata: object, after = metadata) {
  const [before, now] = [group(id, metadata), group(id, after)];
  return { query: `mac=${mac}`, labels: new Map([['mac', mac]]), before, after: now, moved: false };
}

test('texts of two machines are equal once their own values are taken out', () => {
  const ownOf = createOwnValues();
  const text = (id: string, mac: string) =>
    ownOf(machine(id, mac, { hostname: `${id}.example.com`, keys: [`key of ${id}`] })).inBefore(
      `${id} ${id}.example.com, key of ${id}: ${mac} ${mac.replaceAll(':', '-')} mac=${mac}`,
    );
  expect(text('node-a', '52:54:00:00:00:01')).toBe(text('node-b', '52:54:00:00:00:02'));
});

test('a value that changes is not taken out', () => {
  const own = createOwnValues()(machine('node', '52:54:00:00:00:01', { channel: 'stable' }, { channel: 'alpha' }));
  expect([own.inBefore('stable'), own.inAfter('alpha')]).toEqual(['stable', 'alpha']);
});

test('texts that differ stay different', () => {
  const own = createOwnValues()(machine('abcd', '52:54:00:00:00:01', { a: 'abc', b: 'bcd', c: 'cdab' }));
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', 'd', 'abc', 'bcd'), { maxLength: 8 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, (first, second) => {
      expect(own.inBefore(first) === own.inBefore(second)).toBe(first === second);
    }),
  );
});
