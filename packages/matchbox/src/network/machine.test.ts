import type { Client } from '@matchbox/netboot';
import { expect, test } from 'vitest';
import { openCatalog } from '../data/catalog.ts';
import { openMemoryStore } from '../store/memory.ts';
import { describeMachine, loadersOf, reservationsOf } from './machine.ts';

const client: Client = {
  mac: '52:54:00:a1:9c:ae',
  uuid: '16e7d8a7-bfa9-428b-9117-363341bb330a',
  vendorClass: '',
  userClasses: [],
  architectures: [],
  boots: 'pxe',
  ipxeHasHttp: false,
  raspberryPi: false,
};

type Group = {
  readonly selector?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
};

async function snapshotWith(groups: Readonly<Record<string, Group>>) {
  const files = Object.entries(groups).map(([name, group]) => [
    `groups/${name}.json`,
    JSON.stringify({ id: name, profile: 'p', ...group }),
  ]);
  const store = openMemoryStore({ 'profiles/p.json': '{"id": "p"}', ...Object.fromEntries(files) });
  return (await openCatalog(store, { watch: false })).snapshot;
}

const byMac = { mac: '52:54:00:a1:9c:ae' };

test('describeMachine knows a machine that a group wants by its MAC address or UUID', async () => {
  expect(describeMachine(await snapshotWith({ a: { selector: byMac } }), client)).toEqual({ known: true });
  expect(describeMachine(await snapshotWith({ a: { selector: { uuid: client.uuid! } } }), client)).toEqual({
    known: true,
  });
});

test.each([
  ['nothing', {}],
  ['a default group', { a: {} }],
  ['a group of another machine', { a: { selector: { mac: '52:54:00:00:00:01' } } }],
  ['a group that wants more than a ROM says', { a: { selector: { ...byMac, serial: '7' } } }],
])('describeMachine does not know a machine by %s', async (_, groups) => {
  expect(describeMachine(await snapshotWith(groups), client)).toEqual({ known: false });
});

test('describeMachine reads the group’s metadata', async () => {
  const metadata = { netboot_address: '10.77.0.7', netboot_hostname: 'node1', netboot_loader: 'shim.efi' };
  const machine = describeMachine(await snapshotWith({ a: { selector: byMac, metadata } }), client);
  expect(machine).toMatchObject({ known: true, address: '10.77.0.7', hostName: 'node1' });
  expect([machine.loaders?.get(0), machine.loaders?.get(16), 'optedOut' in machine]).toEqual([
    'shim.efi',
    'shim.efi',
    false,
  ]);
});

test.each([[false], ['false']])('describeMachine lets a group decline with netboot: %j', async (netboot) => {
  const snapshot = await snapshotWith({ a: { selector: byMac, metadata: { netboot } } });
  expect(describeMachine(snapshot, client)).toEqual({ known: true, optedOut: true });
});

test.each([['10.77.0'], ['224.0.0.1'], [7], ['']])(
  'describeMachine takes no notice of the address %j',
  async (address) => {
    const metadata = { netboot_address: address, netboot_hostname: '', netboot: 'yes' };
    expect(describeMachine(await snapshotWith({ a: { selector: byMac, metadata } }), client)).toEqual({ known: true });
  },
);

test('an address of a group of several machines is nobody’s', async () => {
  const snapshot = await snapshotWith({
    a: { metadata: { netboot_address: '10.77.0.7' } },
    b: { selector: { os: 'x' }, metadata: { netboot_address: '10.77.0.8' } },
  });
  expect([...reservationsOf(snapshot)]).toEqual([]);
});

test('reservationsOf names the machine of each address, or its group where only the UUID is known', async () => {
  const snapshot = await snapshotWith({
    a: { selector: byMac, metadata: { netboot_address: '10.77.0.7' } },
    b: { selector: { uuid: client.uuid! }, metadata: { netboot_address: '10.77.0.8' } },
    c: { selector: { mac: '52:54:00:00:00:01' }, metadata: { netboot_address: '10.77.0.7' } },
  });
  expect([...reservationsOf(snapshot)]).toEqual([
    ['10.77.0.7', '52:54:00:a1:9c:ae'],
    ['10.77.0.8', 'group b.json'],
  ]);
});

test('loadersOf lists what groups name, each once', async () => {
  const metadata = { netboot_loader: 'shim.efi' };
  expect(loadersOf(await snapshotWith({ a: { metadata }, b: { selector: byMac, metadata } }))).toEqual(['shim.efi']);
});
