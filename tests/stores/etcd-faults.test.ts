/** What the store in etcd makes of faults of the engine and of the way to it, against a real server. */
import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { migrateEtcd, openEtcdStore } from 'matchbox/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EtcdCluster, startEtcd } from './etcd-server.ts';
import { listen, put, type Store, textOf } from './listener.ts';
import { cuttingProxy } from './postgres-server.ts';

let etcd: EtcdCluster;
beforeAll(async () => {
  etcd = await startEtcd({ args: ['--quota-backend-bytes', `${48 * 1024 * 1024}`] });
});
afterAll(() => etcd.close());

const opened: Store[] = [];
afterAll(async () => {
  for (const store of opened) await store.close();
});

function open(url: string): Store {
  const store = openEtcdStore(url);
  opened.push(store);
  return store;
}

async function newStore(): Promise<string> {
  const url = etcd.newUrl();
  await migrateEtcd(url);
  return url;
}

async function restart(): Promise<void> {
  etcd.members[0]!.start();
  await etcd.untilHealthy();
}

const prefixOf = (url: string) => new URL(url.replace('etcd:', 'http:')).pathname;
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const arrives = { interval: 20 };
const commit = (store: Store, ...changes: Parameters<Store['commit']>[0]) => store.commit(changes, randomUUID());

/** The same store by way of a proxy. */
async function throughProxy(url: string) {
  const proxy = await cuttingProxy(etcd.members[0]!.port);
  return { proxy, store: open(url.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${proxy.port}`)) };
}

test('no acknowledged commit is lost, and the follower hears of all, when the server is killed twice', async () => {
  const url = await newStore();
  const [writer, reader] = [open(url), open(url)];
  const heard = await listen(reader);
  const acknowledged: string[] = [];
  let isOver = false;
  const writing = (async () => {
    for (let i = 0; !isOver; i++) {
      await commit(writer, put(`f${i}`, 'x')).then(
        () => acknowledged.push(`f${i}`),
        () => new Promise((resolve) => setTimeout(resolve, 20)),
      );
    }
  })();
  for (let round = 1; round <= 2; round++) {
    await expect.poll(() => acknowledged.length, arrives).toBeGreaterThan(20 * round);
    await etcd.members[0]!.kill();
    await expect.poll(() => heard.states.at(-1), arrives).toBe('lost');
    await restart();
    await expect.poll(() => heard.states.at(-1), arrives).toBe('live');
  }
  const before = acknowledged.length;
  await expect.poll(() => acknowledged.length, arrives).toBeGreaterThan(before + 5);
  isOver = true;
  await writing;
  await expect.poll(() => acknowledged.filter((name) => !heard.names.has(name)), arrives).toEqual([]);
  expect(heard.resets).toEqual([]);
  expect(new Set(heard.lines).size).toBe(heard.lines.length);
  await heard.close();
});

test('a writer that follows is refused at once while the engine is known to be away', async () => {
  const store = open(await newStore());
  const heard = await listen(store);
  await etcd.members[0]!.kill();
  await expect.poll(() => heard.states.at(-1), arrives).toBe('lost');
  const before = performance.now();
  const refusal = await commit(store, put('a', '1')).catch((error: unknown) => error);
  const waitedMs = performance.now() - before;
  await restart();
  expect(refusal).toMatchObject({ code: 'unavailable', message: expect.stringContaining(etcd.members[0]!.endpoint) });
  expect(waitedMs).toBeLessThan(1000);
  await expect.poll(() => heard.states.at(-1), arrives).toBe('live');
  await commit(store, put('a', '1'));
  await heard.close();
});

test('a commit whose answer is lost is found by its id, and not made twice', async () => {
  const url = await newStore();
  const { proxy, store } = await throughProxy(url);
  await commit(store, put('a', '1'));
  proxy.cutAfter('/w/');
  const { position, before } = await commit(store, put('a', '2', { expected: hash('1') }));
  // What it replaced is part of the audit.
  expect(before.map((bytes) => bytes && Buffer.from(bytes).toString())).toEqual(['1']);
  const found = JSON.parse(etcd.ctl('get', `${prefixOf(url)}/v1/groups/a`, '-w', 'json')) as {
    kvs: { version: number; mod_revision: number }[];
  };
  expect(found.kvs).toMatchObject([{ version: 2, mod_revision: position.revision }]);
  proxy.close();
});

test('a commit that reaches the server after it was sent again is not made twice', async () => {
  const url = await newStore();
  const { proxy, store } = await throughProxy(url);
  await commit(store, put('a', '1'));
  proxy.cutAfter('/w/', 1500);
  await commit(store, put('a', '2'));
  await commit(store, put('a', '3'));
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(await textOf(store, 'a')).toBe('3');
  proxy.close();
});

test('a commit of which nobody can find out whether it was made says so, within the time that a client waits', async () => {
  const url = await newStore();
  const { proxy, store } = await throughProxy(url);
  await commit(store, put('a', '1'));
  const before = performance.now();
  proxy.cutAfter('/w/');
  const committing = commit(store, put('a', '2')).catch((error: unknown) => error);
  await expect.poll(() => textOf(open(url), 'a'), arrives).toBe('2');
  etcd.members[0]!.signal('SIGSTOP');
  try {
    expect(await committing).toMatchObject({
      code: 'unknown_outcome',
      message: expect.stringContaining('the change may have been made; read before you write again'),
    });
  } finally {
    etcd.members[0]!.signal('SIGCONT');
  }
  expect(performance.now() - before).toBeLessThan(10_000);
  proxy.close();
});

test('a backup that was restored is noticed, also when its revisions have gone past what a follower knew', async () => {
  const url = await newStore();
  const writer = open(url);
  await commit(writer, put('a', '1'));
  const snapshot = join(etcd.folder, 'old');
  etcd.ctl('snapshot', 'save', snapshot);
  await commit(writer, put('a', '2'));
  const { proxy, store } = await throughProxy(url);
  const heard = await listen(store);
  await expect.poll(() => heard.states, arrives).toEqual(['live']);
  // The follower hears nothing until the history has gone another way.
  const port = proxy.port;
  proxy.close();
  proxy.drop();
  await etcd.restore(snapshot);
  for (let i = 0; i < 20; i++) await commit(writer, put('b', `${i}`));
  const again = await cuttingProxy(etcd.members[0]!.port, port);
  await expect
    .poll(() => heard.resets, arrives)
    .toEqual([expect.stringMatching(/^the store was restored: revision \d+ is not part of its history$/)]);
  expect(heard.lines).toEqual([]);
  await heard.close();
  again.close();
});

test('an engine that has lost everything is noticed, and named with the cure', async () => {
  const url = await newStore();
  const store = open(url);
  const heard = await listen(store);
  etcd.ctl('del', '--prefix', prefixOf(url));
  await etcd.members[0]!.kill();
  await restart();
  await expect.poll(() => heard.resets, arrives).toEqual([expect.stringContaining('there is no store of Matchbox at')]);
  await expect(store.load()).rejects.toMatchObject({
    code: 'denied',
    message: expect.stringContaining('matchbox store init makes it'),
  });
  await heard.close();
});

test('what others write beside this program is followed, and what is no file is left alone', async () => {
  const url = await newStore();
  const store = open(url);
  const heard = await listen(store);
  const files = `${prefixOf(url)}/v1`;
  etcd.ctl('put', `${files}/nonsense/x`, 'x');
  etcd.ctl('put', `${files}/groups/../../x`, 'x');
  etcd.ctl('put', `${prefixOf(url)}/state/x`, 'x');
  etcd.ctl('put', `${files}/groups/by-hand.json`, '{"id":"by-hand"}');
  await expect.poll(() => heard.lines, arrives).toEqual([expect.stringMatching(/ by-hand\.json=\{"id":"by-hand"\}$/)]);
  expect((await store.load()).files.map(({ name }) => name)).toEqual(['by-hand.json']);
  await heard.close();
});

test('what is written of machines moves no position of the files', async () => {
  const url = await newStore();
  const store = open(url);
  await commit(store, put('a', '1'));
  const before = await store.barrier();
  etcd.ctl('put', `${prefixOf(url)}/state/x`, 'x');
  expect(await store.barrier()).toEqual(before);
});

test('a full engine refuses writes with the reason and the cure, and answers reads', async () => {
  const store = open(await newStore());
  await commit(store, put('a', '1'));
  const megabyte = 'x'.repeat(1024 * 1024);
  let fault: unknown;
  for (let i = 0; i < 100 && fault === undefined; i++)
    fault = await commit(store, put(`large${i}`, megabyte))
      .catch((error: unknown) => error)
      .then((result) => (result instanceof Error ? result : undefined));
  expect(fault).toMatchObject({
    code: 'write_failed',
    message: expect.stringMatching(
      /database space exceeded; the quota of etcd is full \(NOSPACE\).*etcdctl alarm disarm/,
    ),
  });
  expect(await textOf(store, 'a')).toBe('1');
});
