import { expect, test } from 'vitest';
import type { Machine } from './machine.ts';
import { splitMachine } from './merge.ts';
import type { IdentityChange } from './recognition.ts';
import { Registry } from './registry.ts';
import type { RoomBounds } from './room.ts';
import { sightingOf } from './sighting.ts';

const minute = 60_000;

function newRegistry(options: RoomBounds = {}): Registry {
  let ids = 0;
  return new Registry({ newId: () => `m-${++ids}`, ...options });
}

/** @param query `uuid=…&mac=…` as labels, `@address`, `+minutes` */
function see(
  registry: Registry,
  query: string,
  address = '192.0.2.1',
  at = 0,
): { machine: Machine; changes: string[] } {
  const labels = new Map([...new URLSearchParams(query)].map(([key, value]) => [key, value] as const));
  const distrust = { uuids: registry.distrustedUuids, macs: new Set<string>() };
  const { machine, changes } = registry.recognise(sightingOf(labels, { at, address, distrust }));
  return { machine, changes: changes.map(describe) };
}

function describe(change: IdentityChange): string {
  if (change.kind === 'merged') return `${change.absorbed.id} is ${change.machine}`;
  return change.kind === 'new' ? `new ${change.machine}` : `${change.kind} ${change.machine}`;
}

const uuidA = '16e7d8a7-bfa9-428b-9117-363341bb330a';
const uuidB = 'b0c1d2e3-0000-4000-8000-000000000002';
const macA = '52:54:00:a1:9c:ae';
const macB = '52:54:00:a1:9c:af';

test('recognise knows a machine again by any of its keys', () => {
  const registry = newRegistry();
  expect(see(registry, `uuid=${uuidA}&mac=${macA}&serial=HARNESS-0001`).changes).toEqual(['new m-1']);
  expect(see(registry, `mac=${macA}`).machine.id).toBe('m-1');
  expect(see(registry, `uuid=${uuidA}`).machine.id).toBe('m-1');
  expect(see(registry, 'serial=harness-0001').machine.id).toBe('m-1');
  expect(registry.size).toBe(1);
});

test('recognise takes the second card of a machine for its own', () => {
  const registry = newRegistry();
  see(registry, `uuid=${uuidA}&mac=${macA}`);
  const { machine, changes } = see(registry, `uuid=${uuidA}&mac=${macB}`);
  expect([machine.id, machine.macs, changes]).toEqual(['m-1', [macA, macB], []]);
});

test('recognise merges two records when a request joins them, and keeps the older one’s id', () => {
  const registry = newRegistry();
  see(registry, `mac=${macA}`, '192.0.2.1', 1);
  see(registry, `uuid=${uuidA}`, '192.0.2.1', 2);
  const { machine, changes } = see(registry, `uuid=${uuidA}&mac=${macA}`, '192.0.2.1', 3);
  expect(changes).toEqual(['m-2 is m-1']);
  expect([machine.id, machine.uuids, machine.macs, machine.firstSeen]).toEqual(['m-1', [uuidA], [macA], 1]);
  expect(registry.size).toBe(1);
});

test('recognise does not trust a UUID that vendors repeat', () => {
  const registry = newRegistry();
  const zeros = '00000000-0000-0000-0000-000000000000';
  expect(see(registry, `uuid=${zeros}&mac=${macA}`).machine.id).toBe('m-1');
  expect(see(registry, `uuid=${zeros}&mac=${macB}`).machine.id).toBe('m-2');
});

test('recognise learns that a UUID belongs to two machines that take turns', () => {
  const registry = newRegistry();
  see(registry, `uuid=${uuidA}&mac=${macA}`, '192.0.2.1', 0);
  const { machine, changes } = see(registry, `uuid=${uuidA}&mac=${macB}`, '192.0.2.2', minute);
  expect(changes).toEqual(['distrusted m-1', 'new m-2']);
  expect(machine.uuids).toEqual([]);
  expect(see(registry, `uuid=${uuidA}&mac=${macA}`, '192.0.2.1', 2 * minute).machine.id).toBe('m-1');
  expect(see(registry, `uuid=${uuidA}&mac=${macB}`, '192.0.2.2', 3 * minute).machine.id).toBe('m-2');
  expect(registry.distrustedUuids.has(uuidA)).toBe(true);
});

test('recognise takes a new card with a new address for the same machine after a while', () => {
  const registry = newRegistry();
  see(registry, `uuid=${uuidA}&mac=${macA}`, '192.0.2.1', 0);
  expect(see(registry, `uuid=${uuidA}&mac=${macB}`, '192.0.2.2', 20 * minute).machine.id).toBe('m-1');
});

test('recognise does not join what contradicts itself: it reports a collision once', () => {
  const registry = newRegistry();
  see(registry, `uuid=${uuidA}&mac=${macA}`);
  see(registry, `uuid=${uuidB}&mac=${macB}`);
  const first = see(registry, `uuid=${uuidB}&mac=${macA}`);
  expect(first.changes).toEqual(['collision m-1']);
  expect(first.machine.uuids).toEqual([uuidA]);
  expect(see(registry, `uuid=${uuidB}&mac=${macA}`).changes).toEqual([]);
  expect([registry.get('m-1')!.collisions, registry.get('m-2')!.collisions]).toEqual([['m-2'], ['m-1']]);
});

test('recognise takes a UUID in the other byte order for the same one', () => {
  const registry = newRegistry();
  see(registry, `uuid=${uuidA}&mac=${macA}`);
  const { machine } = see(registry, 'uuid=a7d8e716-a9bf-8b42-9117-363341bb330a');
  expect([machine.id, machine.uuids]).toEqual(['m-1', [uuidA]]);
});

test('recognise notes a machine whose UUID changed, and knows both', () => {
  const registry = newRegistry();
  see(registry, `uuid=${uuidA}&mac=${macA}`);
  const { machine, changes } = see(registry, `uuid=${uuidB}&mac=${macA}`);
  expect([machine.id, machine.uuids, changes]).toEqual(['m-1', [uuidA, uuidB], ['collision m-1']]);
});

test('byAddress finds who asked from an address, and does not guess between two', () => {
  const registry = newRegistry();
  see(registry, `mac=${macA}`, '192.0.2.1', 0);
  expect((registry.byAddress('192.0.2.1', minute) as Machine).id).toBe('m-1');
  expect(registry.byAddress('192.0.2.1', 31 * minute)).toBeUndefined();
  see(registry, `mac=${macB}`, '192.0.2.1', minute);
  expect(registry.byAddress('192.0.2.1', 2 * minute)).toBe('ambiguous');
  expect(registry.byAddress('192.0.2.9', 2 * minute)).toBeUndefined();
});

test('find knows a machine by what people call it', () => {
  const registry = newRegistry();
  see(registry, `uuid=${uuidA}&mac=${macA}&serial=HARNESS-0001&hostname=Node1`);
  for (const word of [
    'm-1',
    macA.toUpperCase(),
    '52-54-00-a1-9c-ae',
    uuidA,
    'a7d8e716-a9bf-8b42-9117-363341bb330a',
    'node1',
    'harness-0001',
    '192.0.2.1',
  ]) {
    expect(registry.find(word).map(({ id }) => id)).toEqual(['m-1']);
  }
  expect(registry.find('node')).toEqual([]);
});

test('a flood of made-up machines pushes out made-up machines only', () => {
  const registry = newRegistry({ maxInbox: 10 });
  const known = see(registry, `mac=${macA}`).machine;
  registry.put({ ...known, inbox: false });
  const forgotten: string[] = [];
  registry.onForgotten = ({ id }) => forgotten.push(id);
  for (let i = 0; i < 100; i++) see(registry, `mac=52:54:00:00:00:${i.toString(16).padStart(2, '0')}`, `192.0.2.${i}`);
  expect([registry.size, registry.get('m-1')?.id, forgotten.length, forgotten[0]]).toEqual([11, 'm-1', 90, 'm-2']);
  expect(registry.byAddress('192.0.2.3', 0)).toBeUndefined();
});

test('labels and names are cut to their bounds', () => {
  const { machine } = see(
    newRegistry(),
    `mac=${macA}&hostname=${'h'.repeat(300)}&x=${'y'.repeat(9999)}&${Array.from({ length: 99 }, (_, i) => `k${i}=v`).join('&')}`,
  );
  expect([machine.labels.length, machine.labels[2]![1].length, machine.hostname]).toEqual([32, 257, undefined]);
});

test('a flood of made-up machines pushes out none that is installed or has orders', () => {
  const registry = newRegistry({ maxInbox: 10, maxMachines: 20 });
  registry.put({ ...see(registry, `mac=${macA}`).machine, installed: { at: 0, by: 'report' } });
  registry.put({ ...see(registry, `mac=${macB}`).machine, inbox: false, orders: { hold: 'why' } });
  for (let i = 0; i < 100; i++) {
    const made = see(registry, `mac=52:54:00:00:00:${i.toString(16).padStart(2, '0')}`, `192.0.2.${i}`).machine;
    registry.put({ ...made, inbox: i % 2 === 0 });
  }
  expect([registry.get('m-1')?.id, registry.get('m-2')?.id]).toEqual(['m-1', 'm-2']);
  expect(registry.size).toBeLessThanOrEqual(31);
});

test('machines that say much are forgotten sooner: what they weigh is bounded, of those that anybody can make up and of all others', () => {
  const registry = newRegistry({ maxInboxBytes: 100_000, maxBytes: 300_000 });
  const kept = (inbox: boolean) => [...registry.all()].filter((machine) => machine.inbox === inbox).length;
  const flood = (inbox: boolean, count: number, labels: string) => {
    for (let i = 0; i < count; i++) {
      const { machine } = see(
        registry,
        `mac=52:54:00:00:${inbox ? '01' : '02'}:${(i % 256).toString(16).padStart(2, '0')}${labels}`,
      );
      registry.put({ ...machine, inbox });
    }
  };
  flood(true, 200, '');
  flood(false, 200, '');
  // Some two and a half kilobytes each.
  expect([kept(true), kept(false)]).toEqual([expect.closeTo(40, -1), expect.closeTo(120, -2)]);
  const few = kept(true);
  flood(true, 200, `&${Array.from({ length: 30 }, (_, i) => `k${i}=${'v'.repeat(60)}`).join('&')}`);
  expect(kept(true)).toBeLessThan(few / 2);
  expect(kept(false)).toBeGreaterThan(100);
});

test('a machine that is too heavy by itself is known all the same', () => {
  const registry = newRegistry({ maxInboxBytes: 1, maxBytes: 1 });
  see(registry, `mac=${macA}`);
  expect(see(registry, `mac=${macB}`).machine.id).toBe('m-2');
  expect([...registry.all()].map(({ id }) => id)).toEqual(['m-2']);
});

test('a machine that was joined with another is found by either id', () => {
  const registry = newRegistry();
  see(registry, `mac=${macA}`, '192.0.2.1', 1);
  see(registry, `uuid=${uuidA}`, '192.0.2.1', 2);
  see(registry, `uuid=${uuidA}&mac=${macA}`, '192.0.2.1', 3);
  expect([registry.resolve('m-2')?.id, registry.resolve('m-1')?.id, registry.get('m-2')]).toEqual([
    'm-1',
    'm-1',
    undefined,
  ]);
  expect(registry.find('m-2').map(({ id }) => id)).toEqual(['m-1']);
});

test('an address of a whole site costs no more than that of two machines', () => {
  const registry = newRegistry();
  for (let i = 0; i < 100; i++) see(registry, `mac=52:54:00:00:00:${i.toString(16).padStart(2, '0')}`, '192.0.2.1', i);
  expect(registry.byAddress('192.0.2.1', 100)).toBe('ambiguous');
  // All but one have been silent for half an hour, and that one was the first of all.
  see(registry, 'mac=52:54:00:00:00:00', '192.0.2.1', 31 * minute);
  expect((registry.byAddress('192.0.2.1', 31 * minute) as Machine).id).toBe('m-1');
});

test('labels that hold a secret are kept without their value', () => {
  const { machine } = see(newRegistry(), `mac=${macA}&join_token=abc&Password=x&rack=a1`);
  expect(machine.labels).toEqual([
    ['mac', macA],
    ['join_token', '…'],
    ['Password', '…'],
    ['rack', 'a1'],
  ]);
});

test('a merge that an operator took back stays so, whatever asks with the keys of both', () => {
  const registry = newRegistry();
  see(registry, `mac=${macA}`, '192.0.2.1', 1);
  see(registry, `uuid=${uuidA}&mac=${macB}`, '192.0.2.2', 2);
  see(registry, `mac=${macB}`, '192.0.2.2', 3);
  const merged = see(registry, `uuid=${uuidA}&mac=${macA}`, '192.0.2.1', 20 * minute);
  expect(merged.changes).toEqual(['m-2 is m-1']);
  const { kept, other } = splitMachine(merged.machine, 21 * minute)!;
  registry.put(kept);
  registry.put(other);
  expect([kept.macs, kept.uuids, other.macs, other.uuids]).toEqual([[macA], [], [macB], [uuidA]]);
  expect(see(registry, `uuid=${uuidA}&mac=${macA}`, '192.0.2.1', 40 * minute).machine.id).toBe('m-1');
  expect(see(registry, `uuid=${uuidA}&mac=${macB}`, '192.0.2.2', 60 * minute).machine.id).toBe('m-2');
  expect(registry.size).toBe(2);
  expect(splitMachine(kept, 0)).toBeUndefined();
});

test('splitMachine lets both keep what keeps them from being installed', () => {
  const registry = newRegistry();
  see(registry, `mac=${macA}`, '192.0.2.1', 1);
  see(registry, `uuid=${uuidB}`, '192.0.2.2', 2);
  const { machine } = see(registry, `uuid=${uuidB}&mac=${macA}`, '192.0.2.1', 3);
  const installed = { at: 4, by: 'report' } as const;
  const parts = splitMachine({ ...machine, installed, orders: { hold: 'fan' } }, 5)!;
  expect([parts.kept.installed, parts.other.installed]).toEqual([installed, installed]);
  expect([parts.kept.orders, parts.other.orders]).toEqual([{ hold: 'fan' }, { hold: 'fan' }]);
});

test('two serial numbers contradict each other only where they are of one product', () => {
  const join = (product: string) => {
    const registry = newRegistry();
    see(registry, `mac=${macA}&serial=AAA111${product}`, '192.0.2.1', 1);
    see(registry, `uuid=${uuidA}&serial=BBB222${product}`, '192.0.2.2', 2);
    return see(registry, `uuid=${uuidA}&mac=${macA}${product}`, '192.0.2.1', 3).changes;
  };
  expect(join('')).toEqual(['m-2 is m-1']);
  expect(join('&manufacturer=Example&product=R1')).toEqual(['collision m-1']);
});

test('recognise says of a machine that does the same again that nothing is new, and remembers when', () => {
  const registry = new Registry({ newId: () => 'm-1' });
  const seen = { uuid: 'a0e0c5a2-0000-4000-8000-000000000001', macs: ['52:54:00:00:00:01'], labels: [] };
  expect(registry.recognise({ ...seen, at: 1, address: '192.0.2.1' }).isKnown).toBe(false);
  const { machine, isKnown } = registry.recognise({ ...seen, at: 2, address: '192.0.2.1' });
  expect({ isKnown, lastSeen: machine.lastSeen, addresses: machine.addresses }).toEqual({
    isKnown: true,
    lastSeen: 2,
    addresses: [{ address: '192.0.2.1', at: 2 }],
  });
  expect(registry.recognise({ ...seen, at: 3, address: '192.0.2.2' }).isKnown).toBe(false);
  expect(registry.recognise({ ...seen, at: 4, address: '192.0.2.2', hostname: 'node1' }).isKnown).toBe(false);
});

test('recognise keeps the order in which machines fell silent, by which they are forgotten', () => {
  let last = 0;
  const registry = new Registry({ newId: () => `m-${++last}`, maxInbox: 2 });
  const see = (mac: string, at: number) => registry.recognise({ macs: [mac], at, address: '', labels: [] });
  see('52:54:00:00:00:01', 1);
  see('52:54:00:00:00:02', 2);
  see('52:54:00:00:00:01', 3);
  see('52:54:00:00:00:01', 4);
  see('52:54:00:00:00:03', 5);
  expect(Array.from(registry.all(), ({ id }) => id)).toEqual(['m-1', 'm-3']);
});
