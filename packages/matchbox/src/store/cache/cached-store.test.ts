import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCatalog } from '../../data/catalog.ts';
import { type Store, StoreError } from '../../data/store.ts';
import { createLogger } from '../../log/log.ts';
import { createMemoryBackend, type MemoryBackend, openMemoryStore, restoreEmpty, trimHistory } from '../memory.ts';
import { describeStore } from '../store.contract.ts';
import { readCache } from './cache-file.ts';
import { openCachedStore } from './cached-store.ts';
import { keepCache } from './keep-cache.ts';

let folder = '';
let path = '';
let lines: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'matchbox-cached-'));
  path = join(folder, 'cache');
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const logger = createLogger({ level: 'info', format: 'text', sink: (line) => void lines.push(line) });

describeStore('openCachedStore', {
  isShared: true,
  create: async () => {
    const own = mkdtempSync(join(tmpdir(), 'matchbox-cached-'));
    const backend = createMemoryBackend();
    return {
      open: () =>
        openCachedStore(openMemoryStore(backend), { path: join(own, 'c'), name: 'm', logger, acceptOlder: false }),
      trim: async () => trimHistory(backend),
      restore: async () => restoreEmpty(backend),
      dispose: async () => rmSync(own, { recursive: true }),
    };
  },
});

/** An engine that can be away. */
function engineOf(backend: MemoryBackend, there: { is: boolean; hangs?: boolean }): Store {
  const store = openMemoryStore(backend);
  const ask = <T>(work: () => Promise<T>): Promise<T> => {
    if (there.hangs) return new Promise(() => {});
    return there.is ? work() : Promise.reject(new StoreError('unavailable', 'ask it: connection refused'));
  };
  return {
    ...store,
    load: () => ask(() => store.load()),
    barrier: () => ask(() => store.barrier()),
    commit: (changes, by) => ask(() => store.commit(changes, by)),
  };
}

const profile = (kernel: string) => Buffer.from(`{"id":"p","boot":{"kernel":"${kernel}"}}`);
const files = { 'profiles/p.json': '{"id":"p","boot":{"kernel":"/k1"}}' };

interface Options {
  readonly acceptOlder?: boolean;
  readonly name?: string;
}

async function openReplica(backend: MemoryBackend, there: { is: boolean; hangs?: boolean }, options: Options = {}) {
  const { acceptOlder = false, name = 'm' } = options;
  const store = openCachedStore(engineOf(backend, there), {
    ...{ path, name, logger, acceptOlder },
    engineWithinMs: 300,
    retryMs: 5,
  });
  const catalog = await openCatalog(store, { logger, commitWithinMs: 300 });
  const kept = keepCache({
    path,
    name,
    current: () => catalog,
    onChange: (listener) => catalog.onChange(listener),
    isOfStore: () => store.source === 'engine',
    logger,
    everyMs: 1,
  });
  const kernel = () => catalog.snapshot.profile('p')?.value?.boot?.kernel;
  const close = async () => {
    await kept.close();
    await catalog.close();
  };
  return { store, catalog, kept, kernel, close };
}

/** A server ran on this backend, and has left its cache. */
async function leaveCache(backend: MemoryBackend) {
  const replica = await openReplica(backend, { is: true });
  await expect.poll(async () => (await readCache(path, 'm')).position.revision).toBe(backend.revision);
  await replica.close();
}

test('a start with the engine away serves the cache, says so, and refuses writes at once', async () => {
  const backend = createMemoryBackend(files);
  await leaveCache(backend);
  const there = { is: false };
  const replica = await openReplica(backend, there);
  expect([replica.kernel(), replica.store.source, replica.catalog.state.is]).toEqual(['/k1', 'cache', 'lost']);
  expect(lines.join('')).toContain(
    'level=error msg="machines are served from the cache of the store: ask it: connection refused"',
  );
  await expect(replica.catalog.put('profiles', 'p.json', profile('/k9'))).rejects.toMatchObject({
    code: 'unavailable',
    message: 'nothing was changed, the store cannot be reached: ask it: connection refused',
  });
  await replica.close();
});

test('a replica that served its cache catches up by difference when the engine is back, and writes again', async () => {
  const backend = createMemoryBackend(files);
  await leaveCache(backend);
  const there = { is: false };
  const replica = await openReplica(backend, there);
  const other = openMemoryStore(backend);
  await other.commit([{ kind: 'profiles', name: 'p.json', bytes: profile('/k2') }], 'w1');
  there.is = true;
  await expect.poll(() => replica.kernel()).toBe('/k2');
  expect([replica.store.source, replica.catalog.state.is]).toEqual(['engine', 'live']);
  await replica.catalog.put('profiles', 'p.json', profile('/k3'));
  await expect.poll(async () => (await readCache(path, 'm')).position.revision).toBe(2);
  await replica.close();
});

test('a replica that served its cache reads everything anew when the history in between is gone', async () => {
  const backend = createMemoryBackend(files);
  await leaveCache(backend);
  const there = { is: false };
  const replica = await openReplica(backend, there);
  await openMemoryStore(backend).commit([{ kind: 'profiles', name: 'p.json', bytes: profile('/k2') }], 'w1');
  trimHistory(backend);
  there.is = true;
  await expect.poll(() => replica.kernel()).toBe('/k2');
  await replica.close();
});

test('an engine that does not answer at all counts as away after its time', async () => {
  const backend = createMemoryBackend(files);
  await leaveCache(backend);
  const replica = await openReplica(backend, { is: true, hangs: true });
  expect([replica.kernel(), replica.store.source]).toEqual(['/k1', 'cache']);
  await replica.close();
});

test('a commit that the engine does not answer is one of which nobody knows what became of it', async () => {
  const there = { is: true, hangs: false };
  const replica = await openReplica(createMemoryBackend(files), there);
  there.hangs = true;
  await expect(replica.catalog.put('profiles', 'p.json', profile('/k2'))).rejects.toMatchObject({
    code: 'unknown_outcome',
    message: 'the store has not answered within 0.3 s: the change may have been made; read before you write again',
  });
  there.hangs = false;
  await replica.close();
});

test.each([
  ['torn', () => writeFileSync(path, 'matchbox store cache 1\n'), /its checksum does not fit/],
  ['absent', () => rmSync(path), /no such file or directory/],
])('without the engine a %s cache is not served, and the reason is told', async (_, damage, reason) => {
  const backend = createMemoryBackend(files);
  await leaveCache(backend);
  damage();
  await expect(openReplica(backend, { is: false })).rejects.toThrow(reason);
});

test('the cache of another store is refused, and the engine goes before it', async () => {
  const backend = createMemoryBackend(files);
  await leaveCache(backend);
  await expect(openReplica(backend, { is: false }, { name: 'n' })).rejects.toThrow(/it is of m, the store is n/);
  const replica = await openReplica(backend, { is: true }, { name: 'n' });
  expect(replica.store.source).toBe('engine');
  expect(lines.join('')).toContain('is not used: it is of m, the store is n');
  await replica.close();
});

/** As after an older backup was brought back under the same name. */
async function lostRevision(backend: MemoryBackend) {
  await openMemoryStore(backend).commit([{ kind: 'profiles', name: 'p.json', bytes: profile('/k2') }], 'w1');
  await leaveCache(backend);
  backend.revision = 0;
  backend.log = [];
  backend.files.set('profiles/p.json', { kind: 'profiles', name: 'p.json', content: profile('/k1') });
}

test('an engine that has lost what the cache has is noticed: the cache is served, and writes are refused', async () => {
  const backend = createMemoryBackend(files);
  await lostRevision(backend);
  const replica = await openReplica(backend, { is: true });
  expect([replica.kernel(), replica.store.source]).toEqual(['/k2', 'older']);
  await expect(replica.catalog.put('profiles', 'p.json', profile('/k9'))).rejects.toMatchObject({
    code: 'denied',
    message:
      'nothing was changed: the store is at revision 0, and this server has seen 1: it lost what came in between; bring back a newer backup, or take what it has with -store-accept-older',
  });
  expect(backend.revision).toBe(0);
  await replica.close();
  expect((await readCache(path, 'm')).position.revision).toBe(1);
});

test('an engine that comes back older than the cache is noticed, too', async () => {
  const backend = createMemoryBackend(files);
  await lostRevision(backend);
  const there = { is: false };
  const replica = await openReplica(backend, there);
  there.is = true;
  await expect.poll(() => replica.store.source).toBe('older');
  expect([replica.kernel(), replica.catalog.state.is]).toEqual(['/k2', 'live']);
  await replica.close();
});

test.each([true, false])('-store-accept-older takes what such an engine has, there at the start: %j', async (is) => {
  const backend = createMemoryBackend(files);
  await lostRevision(backend);
  const there = { is };
  const replica = await openReplica(backend, there, { acceptOlder: true });
  there.is = true;
  await expect.poll(() => replica.kernel()).toBe('/k1');
  expect(replica.store.source).toBe('engine');
  await replica.close();
});

test('another life of the store is taken as it is', async () => {
  const backend = createMemoryBackend(files);
  await leaveCache(backend);
  const there = { is: false };
  const replica = await openReplica(backend, there);
  restoreEmpty(backend);
  there.is = true;
  await expect.poll(() => replica.kernel()).toBe(undefined);
  expect(replica.store.source).toBe('engine');
  await replica.close();
});

test('keepCache says once that it cannot write, and goes on trying', async () => {
  path = join(folder, 'none', 'cache');
  const replica = await openReplica(createMemoryBackend(files), { is: true });
  await expect.poll(() => replica.kept.fault).toMatch(/no such file or directory/);
  await replica.catalog.put('profiles', 'p.json', profile('/k2'));
  expect(lines.filter((line) => line.includes('is not kept'))).toHaveLength(1);
  expect(replica.kernel()).toBe('/k2');
  await replica.close();
});
