/** A server that starts while PostgreSQL is away serves its cache, says so, and catches up when it is back. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningServer, start } from 'matchbox';
import { storeAccess, storeCommand } from 'matchbox/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommandContext } from '../interop/command-context.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'matchbox-cache-'));
const cachePath = join(folder, 'store.cache');
let engine: PostgresServer;
let url = '';

beforeAll(async () => {
  engine = await startPostgres();
  url = await engine.createDatabase();
  mkdirSync(join(folder, 'groups'));
  mkdirSync(join(folder, 'profiles'));
  writeFileSync(join(folder, 'groups/a.json'), '{"id":"a","profile":"p"}');
  await store('init');
  await bringIn('/assets/k1');
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

async function store(...args: string[]): Promise<number> {
  const { context } = createCommandContext(folder);
  return storeCommand.run([...args, '-store', url], { ...context, stores: storeAccess });
}

const bringIn = (kernel: string) => {
  writeFileSync(join(folder, 'profiles/p.json'), `{"id":"p","boot":{"kernel":"${kernel}"}}`);
  return store('import', '.');
};

const startReplica = () =>
  start({
    address: '127.0.0.1:0',
    dataPath: '',
    assetsPath: '',
    store: { url, urlFile: '', cachePath },
    admin: { address: '0', version: 'v0.0.0' },
  });

const ask = (server: RunningServer, path: string, port = server.addresses.http.port) =>
  fetch(`http://127.0.0.1:${port}${path}`);
const kernelOf = async (server: RunningServer) =>
  /^kernel (\S+)/m.exec(await (await ask(server, '/ipxe?mac=52:54:00:a1:9c:ae')).text())?.[1];
const metric = async (server: RunningServer, name: string) => {
  const text = await (await ask(server, '/metrics', server.addresses.admin!.port)).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1),
  );
};

test('a cold start without PostgreSQL serves the cache, and what changed comes when it is back', async () => {
  const first = await startReplica();
  const revision = Number((await ask(first, '/readyz')).headers.get('x-matchbox-revision'));
  await expect.poll(() => readFileSync(cachePath).length).toBeGreaterThan(0);
  await first.close(0);

  let server: RunningServer | undefined;
  await engine.crash(async () => {
    const startedMs = performance.now();
    server = await startReplica();
    expect(performance.now() - startedMs).toBeLessThan(30_000);
    expect(await kernelOf(server)).toBe('/assets/k1');
    const ready = await ask(server, `/readyz?revision=${revision}`);
    expect([ready.status, await ready.text()]).toEqual([200, expect.stringContaining('the cache is served')]);
    expect(await metric(server, 'matchbox_served_from{source="cache"}')).toBe(1);
    expect(await metric(server, 'matchbox_store_lost_since_timestamp_seconds')).toBeGreaterThan(1e9);
    expect((await ask(server, `/readyz?revision=${revision + 1}`)).status).toBe(503);
  });
  expect(await bringIn('/assets/k2')).toBe(0);
  const there = await ask(server!, `/readyz?revision=${revision + 1}&wait=30`);
  expect(there.status).toBe(200);
  expect(await kernelOf(server!)).toBe('/assets/k2');
  await expect.poll(() => metric(server!, 'matchbox_served_from{source="engine"}')).toBe(1);
  expect(await metric(server!, 'matchbox_store_behind_seconds')).toBe(0);
  await server!.close(0);
});

test('a cache that was cut off is not served: the server waits for PostgreSQL instead', async () => {
  writeFileSync(cachePath, readFileSync(cachePath).subarray(0, -20));
  let starting: Promise<RunningServer> | undefined;
  let isUp = false;
  await engine.crash(async () => {
    starting = startReplica();
    void starting.then(() => {
      isUp = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(isUp).toBe(false);
  });
  const server = await starting!;
  expect(await kernelOf(server)).toBe('/assets/k2');
  await server.close(0);
});

test('a database that was brought back older than the cache is not served in its place', async () => {
  const first = await startReplica();
  await expect.poll(() => metric(first, 'matchbox_store_cache_written_timestamp_seconds')).not.toBe(0);
  await first.close(0);
  const database = new URL(url).pathname.slice(1);
  await engine.query(
    database,
    'update matchbox.state set revision = 1; delete from matchbox.commits where revision > 1',
  );
  const server = await startReplica();
  expect(await metric(server, 'matchbox_served_from{source="older"}')).toBe(1);
  expect(await kernelOf(server)).toBe('/assets/k2');
  expect(await (await ask(server, '/readyz')).text()).toContain('the store has lost what came before revision');
  await server.close(0);
});
