import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, start } from './start.ts';
import { parseAdminAddress } from './start-admin.ts';

const folder = mkdtempSync(join(tmpdir(), 'matchbox-admin-'));
let server: RunningServer;

beforeAll(async () => {
  server = await start({
    address: '127.0.0.1:0',
    dataPath: folder,
    assetsPath: '',
    admin: { address: ':0', version: 'v0.0.1' },
  });
});
afterAll(async () => {
  await server.close(0);
  rmSync(folder, { recursive: true });
});

const at = (path: string) => `http://127.0.0.1:${server.addresses.admin?.port}${path}`;

test('start serves metrics of the machine side on the admin address, on loopback', async () => {
  expect(server.addresses.admin?.address).toBe('127.0.0.1');
  expect((await fetch(`http://127.0.0.1:${server.addresses.http.port}/ipxe?mac=52:54:00:00:00:01`)).status).toBe(404);
  const answer = await fetch(at('/metrics'));
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const text = await answer.text();
  expect(text).toContain('matchbox_http_requests_total{endpoint="ipxe",outcome="4xx",reason="no_group"} 1\n');
  expect(text).toContain('matchbox_machine_requests_total{result="unmatched"} 1\n');
});

test('start does not serve metrics to machines, nor machines on the admin address', async () => {
  expect((await fetch(`http://127.0.0.1:${server.addresses.http.port}/metrics`)).status).toBe(404);
  const answer = await fetch(at('/ipxe?mac=52:54:00:00:00:01'));
  expect(answer.status).toBe(404);
  expect(await answer.text()).toContain('/metrics');
});

test('start answers health checks on the admin address, GET and HEAD alone', async () => {
  for (const path of ['/healthz', '/readyz']) expect(await (await fetch(at(path))).text()).toBe('ok\n');
  expect((await fetch(at('/healthz'), { method: 'HEAD' })).status).toBe(200);
  const refused = await fetch(at('/metrics'), { method: 'POST', body: 'x' });
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test('start says which address is in use, and leaves nothing open', async () => {
  const address = `127.0.0.1:${server.addresses.admin?.port}`;
  const second = start({
    address: '127.0.0.1:0',
    dataPath: folder,
    assetsPath: '',
    admin: { address, version: 'v0.0.1' },
  });
  await expect(second).rejects.toThrow(
    `failed to start listening: listen tcp ${address}: bind: address already in use`,
  );
});

test('start keeps the admin address to the end, where /readyz says that it stops', async () => {
  const stopping = await start({
    address: '127.0.0.1:0',
    dataPath: folder,
    assetsPath: '',
    admin: { address: '0', version: 'v0.0.1' },
  });
  const { http, admin } = stopping.addresses;
  // A request that is not finished holds the machine side open for a while.
  const slow = request({ port: http.port, host: '127.0.0.1', method: 'POST', headers: { 'content-length': '10' } });
  slow.on('error', () => {});
  slow.flushHeaders();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const ended = stopping.close(500);
  const answer = await fetch(`http://127.0.0.1:${admin?.port}/readyz`);
  expect([answer.status, await answer.text()]).toEqual([503, 'not serving\n']);
  slow.destroy();
  await ended;
  await expect(fetch(`http://127.0.0.1:${admin?.port}/readyz`)).rejects.toThrow();
});

test.each([
  ['9090', { host: '127.0.0.1', port: 9090 }],
  [':9090', { host: '127.0.0.1', port: 9090 }],
  ['0.0.0.0:9090', { host: '0.0.0.0', port: 9090 }],
  ['[::1]:9090', { host: '::1', port: 9090 }],
])('parseAdminAddress reads %s, on loopback unless it names a host', (text, parsed) => {
  expect(parseAdminAddress(text)).toEqual(parsed);
});

test('parseAdminAddress refuses what is no address', () => {
  expect(() => parseAdminAddress('localhost')).toThrow('missing port in address');
});
