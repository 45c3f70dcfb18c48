import { parseSubnet } from '@matchbox/netboot';
import { expect, test } from 'vitest';
import { openCatalog } from '../data/catalog.ts';
import { openMemoryStore } from '../store/memory.ts';
import { type Host, interfaceOf, localNetwork, planNetworks } from './networks.ts';

const host: Host = {
  served: { name: 'eth1', address: '10.77.0.1', subnet: parseSubnet('10.77.0.0/24')! },
  otherAddresses: ['10.79.0.1'],
  scriptUrl: 'http://10.77.0.1:8080/netboot.ipxe',
  keepsLeases: true,
};
const ofFlags = { name: 'default', mode: 'proxy' } as const;
const noFlags = { network: undefined, dryRun: false };

async function snapshotWith(networks: Readonly<Record<string, object>>) {
  const files = Object.entries(networks).map(([name, network]) => [
    `networks/${name}.json`,
    JSON.stringify({ id: name, mode: 'proxy', ...network }),
  ]);
  return (await openCatalog(openMemoryStore(Object.fromEntries(files)), { watch: false })).snapshot;
}

async function plan(networks: Readonly<Record<string, object>>, setup = noFlags as object, more: Partial<Host> = {}) {
  const { networks: served, passedOver } = planNetworks(
    await snapshotWith(networks),
    { ...noFlags, ...setup },
    {
      ...host,
      ...more,
    },
  );
  return [served.map(({ name, mode }) => `${name} ${mode}`), passedOver.map(({ name, why }) => `${name}: ${why}`)];
}

test('planNetworks serves networks of the interface, by its name, its address or a subnet, and those that relays ask about', async () => {
  const networks = {
    a: { interface: 'eth1' },
    b: { interface: '10.77.0.1' },
    c: { subnet: '10.77.0.0/16' },
    d: { subnet: '10.90.0.0/24' },
    e: { relays: ['10.91.0.1'] },
    f: { interface: 'eth2' },
    g: { subnet: '10.79.0.0/24' },
  };
  expect(await plan(networks)).toEqual([['a proxy', 'b proxy', 'c proxy', 'd proxy', 'e proxy'], []]);
});

test('planNetworks lets what flags describe count, and files for the rest', async () => {
  const networks = { a: { subnet: '10.77.0.0/24' }, b: { subnet: '10.90.0.0/24' }, default: { relays: ['10.91.0.1'] } };
  expect(await plan(networks, { network: ofFlags })).toEqual([
    ['default proxy', 'b proxy'],
    ['a: the flags describe its network, and they count', 'default: the network of the flags has its name'],
  ]);
});

test('planNetworks gives no addresses without a folder for leases, and sends nothing in a dry run', async () => {
  const networks = {
    a: { subnet: '10.77.0.0/24', mode: 'dhcp', ranges: ['10.77.0.100-10.77.0.110'] },
    b: { subnet: '10.90.0.0/24', mode: 'off' },
  };
  expect(await plan(networks, {}, { keepsLeases: false })).toEqual([
    ['b off'],
    ['a: it gives addresses, and -state-path, where leases are kept, is not given'],
  ]);
  expect(await plan(networks, { dryRun: true }, { keepsLeases: false })).toEqual([['a dry-run', 'b off'], []]);
});

test('planNetworks sends iPXE to this server, unless a network says where', async () => {
  const snapshot = await snapshotWith({
    a: { subnet: '10.77.0.0/24' },
    b: { subnet: '10.90.0.0/24', script_url: 'http://10.90.0.1/x' },
  });
  expect(planNetworks(snapshot, noFlags, host).networks.map(({ scriptUrl }) => scriptUrl)).toEqual([
    'http://10.77.0.1:8080/netboot.ipxe',
    'http://10.90.0.1/x',
  ]);
});

test('localNetwork is the one that packets without a relay are for', async () => {
  const snapshot = await snapshotWith({ a: { relays: ['10.77.0.9'] }, b: { subnet: '10.77.0.0/24' } });
  expect(localNetwork(planNetworks(snapshot, noFlags, host).networks, host.served)?.name).toBe('b');
});

test('interfaceOf is the one that files name, if they name one alone', async () => {
  const named = async (...names: string[]) =>
    interfaceOf(
      (
        await snapshotWith(
          Object.fromEntries(names.map((name, at) => [`n${at}`, { interface: name, subnet: '10.77.0.0/24' }])),
        )
      ).networks,
    );
  expect([await named('eth1', ''), await named('eth1', 'eth2'), await named('')]).toEqual([
    'eth1',
    undefined,
    undefined,
  ]);
});
