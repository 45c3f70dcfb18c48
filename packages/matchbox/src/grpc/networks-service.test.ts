import { createClient, createRouterTransport } from '@connectrpc/connect';
import { expect, test } from 'vitest';
import { openCatalog } from '../data/catalog.ts';
import { noMetrics } from '../log/metrics.ts';
import { openMemoryStore } from '../store/memory.ts';
import { createApi } from './api.ts';
import type { AuditTrail } from './audit-trail.ts';
import { Networks } from './gen/matchbox/networks_pb.ts';
import { type Identity, identityKey } from './identity.ts';
import { registerNetworks } from './networks-service.ts';
import { errorInterceptor } from './rpc-error.ts';

const writer: Identity = { subject: 'CN=ops', name: 'ops', email: '', serial: '01', role: 'writer' };

async function connect(files: Readonly<Record<string, string>> = {}, identity = writer) {
  const catalog = await openCatalog(openMemoryStore(files), { watch: false });
  const lines: string[] = [];
  const audit: AuditTrail = {
    begin: async () => undefined,
    note: async () => undefined,
    record: async ({ kind, name, error }, refused) =>
      void lines.push(`${error === undefined ? 'done' : refused ? 'refused' : 'failed'} ${kind}/${name}`),
    reopen: async () => {},
    close: async () => {},
  };
  const api = createApi({ catalog, audit, metrics: noMetrics });
  const transport = createRouterTransport((router) => registerNetworks(router, api), {
    router: {
      interceptors: [
        errorInterceptor,
        (next) => (request) => {
          request.contextValues.set(identityKey, identity);
          return next(request);
        },
      ],
    },
  });
  return { client: createClient(Networks, transport), catalog, lines };
}

const network = {
  id: 'rack1',
  name: 'Rack 1',
  subnet: '10.78.0.0/24',
  relays: ['10.78.0.254'],
  mode: 'dhcp',
  force: true,
  ranges: ['10.78.0.100-10.78.0.199'],
  routers: ['10.78.0.254'],
  dnsServers: ['10.77.0.2'],
  leaseSeconds: 43_200,
  unknownShare: 0,
  deny: ['b8:27:eb'],
  loaders: { 'x86_64-uefi': 'shimx64.efi', '11': 'arm.efi' },
  scriptUrl: 'http://10.77.0.1/x',
};

test('NetworkPut writes the file, NetworkGet and NetworkList read it, NetworkDelete removes it', async () => {
  const { client, catalog, lines } = await connect();
  const { revision } = await client.networkPut({ network, expectedRevision: '' });
  const got = await client.networkGet({ id: 'rack1' });
  expect(got.revision).toBe(revision);
  expect(got.network).toMatchObject(network);
  expect((await client.networkList({})).networks).toEqual([got.network]);
  expect(catalog.snapshot.networks[0]?.value).toMatchObject({ id: 'rack1', unknownShare: 0, interface: '' });
  await client.networkDelete({ id: 'rack1', expectedRevision: revision });
  expect((await client.networkList({})).networks).toEqual([]);
  expect(lines).toEqual(['done networks/rack1.json', 'done networks/rack1.json']);
});

test.each([
  ['what cannot be served', { ...network, ranges: ['10.77.0.1-10.77.0.9'] }, 'leaves its subnet 10.78.0.0/24'],
  ['no id', { ...network, id: '' }, 'network id "" refused: it is empty'],
  ['an id that leads out of the folder', { ...network, id: '../groups/x' }, 'refused: it has ".." in it'],
  ['an unknown mode', { ...network, mode: 'on' }, 'mode "on": wanted off, dry-run, proxy, dhcp, auto'],
])('NetworkPut refuses %s', async (_, wrong, message) => {
  const { client, catalog } = await connect();
  await expect(client.networkPut({ network: wrong })).rejects.toThrow(message);
  expect(catalog.snapshot.counts.networks).toBe(0);
});

test('NetworkPut refuses to write over what was changed meanwhile, and who may only read', async () => {
  const { client } = await connect();
  await client.networkPut({ network });
  await expect(client.networkPut({ network, expectedRevision: '' })).rejects.toThrow('has changed');
  const reader = await connect({}, { ...writer, role: 'reader' });
  await expect(reader.client.networkPut({ network })).rejects.toThrow('may only read');
  await expect(reader.client.networkPut({})).rejects.toThrow('may only read');
});

test('NetworkPut needs a network', async () => {
  const { client } = await connect();
  await expect(client.networkPut({})).rejects.toThrow('the request has no network in it: nothing to put');
});

test('NetworkList leaves out what is broken', async () => {
  const { client } = await connect({
    'networks/a.json': '{',
    'networks/b.json': '{"id":"b","mode":"off","subnet":"10.0.0.0/8"}',
  });
  expect((await client.networkList({})).networks.map(({ id }) => id)).toEqual(['b']);
});
