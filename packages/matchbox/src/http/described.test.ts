/** Machines that say who they are in a body or in headers, over real sockets. */
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describedQuery, readDescription, readProvisioningHeaders } from '../answer/described-machine.ts';
import { openCatalog } from '../data/catalog.ts';
import type { Snapshot } from '../data/snapshot.ts';
import { silentLogger } from '../log/log.ts';
import { noMetrics } from '../log/metrics.ts';
import { openMemoryStore } from '../store/memory.ts';
import { createHandler } from './handler.ts';
import { createRequestLog } from './request-log.ts';
import { type HttpServer, openHttpServer } from './server.ts';

const files = {
  'groups/node.json':
    '{"id":"node","profile":"p","selector":{"mac":"52:54:00:ba:5e:11"},"metadata":{"hostname":"node1"}}',
  'groups/board.json': '{"id":"board","profile":"p","selector":{"serial":"A 7/8"},"metadata":{"hostname":"board"}}',
  'groups/rest.json': '{"id":"rest","profile":"p","metadata":{"hostname":"nobody"}}',
  'profiles/p.json': '{"id":"p","generic_id":"answer.toml"}',
  'generic/answer.toml': `{{.hostname}}${['mac', 'uuid', 'serial'].map((key) => ` {{with index .request.query "${key}"}}{{.}}{{else}}-{{end}}`).join('')}`,
};

/** As Proxmox VE 9 sends it. */
const description = (macs: readonly unknown[], system: object = { uuid: 'bcf43ddf-6d92', serial: '', name: 'PC' }) => ({
  $schema: { version: '1.0' },
  product: { fullname: 'Proxmox VE', product: 'pve', enable_btrfs: true },
  iso: { release: '9.2', isorelease: '1' },
  dmi: { baseboard: {}, chassis: { serial: '', asset_tag: '' }, system },
  network_interfaces: macs.map((mac, i) => ({ link: `ens${i}`, mac })),
});

let server: HttpServer;
let snapshot: Snapshot;
const errors: unknown[] = [];
beforeAll(async () => {
  ({ snapshot } = await openCatalog(openMemoryStore(files), { watch: false }));
  server = await openHttpServer({
    host: '127.0.0.1',
    port: 0,
    handler: createHandler({ snapshot: () => snapshot }),
    requestLog: createRequestLog(silentLogger),
    metrics: noMetrics,
    onError: (error) => errors.push(error),
  });
});
afterAll(() => server.close(0));

async function post(body: string | Uint8Array, { path = '/generic', method = 'POST' } = {}) {
  const url = `http://127.0.0.1:${server.address.port}${path}`;
  const response = await fetch(url, { method, body: typeof body === 'string' ? body : Buffer.from(body) });
  return [response.status, await response.text()];
}

test('/generic answers Proxmox’s installer by the address that a group asks for, whichever card has it', async () => {
  const body = JSON.stringify(description(['02:00:00:00:00:01', '52:54:00:BA:5E:11', '02:00:00:00:00:02']));
  expect(await post(body)).toEqual([200, 'node1 52:54:00:ba:5e:11 bcf43ddf-6d92 -']);
});

test('/generic answers by the first address where no group asks for one, and by UUID and serial number', async () => {
  const body = JSON.stringify(description(['02:00:00:00:00:01', '02:00:00:00:00:02'], { serial: 'A 7/8' }));
  expect(await post(body)).toEqual([200, 'board 02:00:00:00:00:01 - A 7/8']);
});

test('/generic lets the query go before what is posted', async () => {
  const body = JSON.stringify(description(['52:54:00:ba:5e:11'], { uuid: 'posted', serial: 'posted' }));
  expect(await post(body, { path: '/generic?mac=02-00-00-00-00-09&uuid=asked&serial=asked' })).toEqual([
    200,
    'nobody 02:00:00:00:00:09 asked asked',
  ]);
});

test.each([
  ['an empty body', ''],
  ['no JSON', '{'],
  ['no object', 'null'],
  ['no list', '{"network_interfaces":{}}'],
  ['no address in it', '{"network_interfaces":[null,7,{"mac":7},{"mac":"52:54"}]}'],
  ['a form', 'mac=52:54:00:ba:5e:11'],
  ['no UTF-8', Uint8Array.of(0xff, 0x7b)],
  ['one that is nested deeply', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
])('/generic passes over %s, as the Go program does', async (_, body) => {
  expect(await post(body)).toEqual([200, 'nobody - - -']);
});

test('/generic looks at 64 cards, and at 64 KiB', async () => {
  const stranger = Array.from({ length: 64 }, (_, i) => `02:00:00:00:00:${i.toString(16).padStart(2, '0')}`);
  const late = JSON.stringify(description([...stranger, '52:54:00:ba:5e:11']));
  expect(await post(late)).toEqual([200, 'nobody 02:00:00:00:00:00 bcf43ddf-6d92 -']);
  const large = JSON.stringify(description(['52:54:00:ba:5e:11'])).padEnd(64 * 1024 + 1);
  expect(await post(large)).toEqual([413, 'a description of a machine has 64 KiB at most\n']);
  expect(await post(large.slice(0, -1))).toEqual([200, 'node1 52:54:00:ba:5e:11 bcf43ddf-6d92 -']);
});

test('no other path and no other method reads a body', async () => {
  const body = JSON.stringify(description(['52:54:00:ba:5e:11']));
  expect((await post(body, { method: 'PUT' }))[1]).toBe('nobody - - -');
  expect((await post(body, { path: '/metadata' }))[1]).not.toContain('BA:5E');
  expect((await post(body, { path: '/generic/x' }))[0]).toBe(404);
});

test('/generic answers Anaconda by its headers, where the query has no address', async () => {
  const ask = async (path: string, headers: Record<string, string>) =>
    (await fetch(`http://127.0.0.1:${server.address.port}${path}`, { headers })).text();
  const cards = {
    'X-RHN-Provisioning-MAC-0': 'eth0 02:00:00:00:00:01',
    'X-RHN-Provisioning-MAC-1': 'eth1 52:54:00:BA:5E:11',
    'X-System-Serial-Number': '7ABC',
  };
  expect(await ask('/generic', cards)).toBe('node1 52:54:00:ba:5e:11 - 7ABC');
  expect(await ask('/generic?mac=02-00-00-00-00-09', cards)).toBe('nobody 02:00:00:00:00:09 - 7ABC');
  expect(await ask('/generic', { 'X-RHN-Provisioning-MAC-0': 'eth0' })).toBe('nobody - - -');
  expect(await ask('/generic', { 'X-System-Serial-Number': '7ABC' })).toBe('nobody - - -');
});

test('a body that never comes holds nobody up, and ends with its connection', async () => {
  const socket = connect(server.address.port, '127.0.0.1');
  socket.write('POST /generic HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n{');
  expect((await post(JSON.stringify(description(['52:54:00:ba:5e:11']))))[0]).toBe(200);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.destroy();
  await closed;
  expect(errors).toEqual([]);
});

test('readDescription and describedQuery take anything that strangers send', () => {
  const mac = fc.oneof(fc.constantFrom('52:54:00:ba:5e:11', '52-54-00-BA-5E-11', '', ' ', '__proto__'), fc.string());
  const system = fc.record({
    uuid: fc.oneof(fc.string(), fc.integer()),
    serial: fc.oneof(fc.string(), fc.constant(null)),
  });
  fc.assert(
    fc.property(fc.array(mac), system, fc.string(), (macs, found, query) => {
      const read = readDescription(Buffer.from(JSON.stringify(description(macs, found))))!;
      const headers = Object.fromEntries(macs.map((value, i) => [`x-rhn-provisioning-mac-${i}`, value]));
      for (const described of [read, readProvisioningHeaders(headers)]) {
        if (described === undefined) continue;
        const asked = describedQuery(snapshot, query, described);
        expect(asked.startsWith(query)).toBe(true);
        expect(asked.slice(query.length)).toMatch(/^(&?(mac|uuid|serial)=[^&;\s]*)*$/);
      }
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(readDescription(bytes)?.macs ?? []).toEqual([]);
    }),
  );
});
