/** The store in PostgreSQL: the contract of all stores against a real server, and what that server's death does. */
import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { migratePostgres, openPostgresStore } from 'matchbox/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeStore } from '../../packages/matchbox/src/store/store.contract.ts';
import { cuttingProxy, type PostgresServer, startPostgres } from './postgres-server.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.close());

const nameOf = (url: string) => new URL(url).pathname.slice(1);
const put = (name: string, text: string) => ({ kind: 'groups' as const, name, bytes: new TextEncoder().encode(text) });

async function newDatabase(): Promise<string> {
  const url = await server.createDatabase();
  expect(await migratePostgres(url)).toEqual({ from: 0, to: 2 });
  return url;
}

describeStore('openPostgresStore', {
  isShared: true,
  create: async () => {
    const url = await newDatabase();
    const stores: Awaited<ReturnType<typeof openPostgresStore>>[] = [];
    // The contract opens stores at once, so they are made beforehand.
    for (let i = 0; i < 4; i++) stores.push(await openPostgresStore(url));
    let next = 0;
    return {
      open: () => stores[next++]!,
      trim: async () => {
        await server.query(nameOf(url), 'delete from matchbox.commits; update matchbox.state set pruned = revision');
      },
      restore: async () => {
        await server.query(
          nameOf(url),
          'delete from matchbox.files; delete from matchbox.commits; update matchbox.state set revision = 0, pruned = 0',
        );
      },
      dispose: async () => {
        for (const store of stores.slice(next)) await store.close();
      },
    };
  },
});

test('migratePostgres run twice at once makes the tables once', async () => {
  const url = await server.createDatabase();
  const results = await Promise.all([migratePostgres(url), migratePostgres(url)]);
  expect(results.map(({ from }) => from).sort()).toEqual([0, 2]);
});

test('load reads files of any size page by page, as they were when it began', async () => {
  const url = await newDatabase();
  const store = await openPostgresStore(url);
  // So many do not come at once, and further pages of large files have fewer of them.
  const files = (text: string) =>
    Array.from({ length: 1500 }, (_, i) => put(`n${i}.json`, text.repeat(i % 5 === 0 ? 2000 : 1)));
  const { position } = await store.commit(files('a'), randomUUID());
  const loading = store.load();
  const changed = store.commit(files('b'), randomUUID());
  const loaded = await loading;
  await changed;
  const text = loaded.position.revision === position.revision ? 'a' : 'b';
  const found = loaded.files.map(({ name, content }) => [name, Buffer.from(content as Uint8Array).toString()]);
  expect(new Map(found as [string, string][])).toEqual(
    new Map(files(text).map(({ name, bytes }) => [name, Buffer.from(bytes).toString()])),
  );
  expect(found.length).toBe(1500);
  await store.close();
});

test('a database without tables is named with the cure', async () => {
  const store = await openPostgresStore(await server.createDatabase());
  await expect(store.load()).rejects.toMatchObject({
    code: 'denied',
    message: expect.stringContaining('matchbox store init makes them'),
  });
  await store.close();
});

test.each([
  ['postgres://db.example.com/x', 'the way to db.example.com has to be protected'],
  ['postgres://u:secret@db.example.com/x?sslmode=require', 'sslmode=require does not prove who the server is'],
  ['nonsense', 'no URL'],
  ['postgres://u:secret@local host/x', 'no URL'],
  ['postgres://u:secret@localhost/x?host=db.example.com', 'the way to db.example.com has to be protected'],
  ['postgres://u:secret@db.example.com/x?sslmode=verify-full&sslmode=require', 'sslmode=require does not prove'],
  ['postgres://u:secret@db.example.com/x?sslmode=disable&ssl=true', 'ssl= is not taken'],
])('openPostgresStore refuses %s, and shows no password', async (url, message) => {
  const error = await openPostgresStore(url).catch((fault: Error) => fault);
  expect(error).toMatchObject({ code: 'denied', message: expect.stringContaining(message) });
  expect(inspect(error, { depth: 9 })).not.toContain('secret');
});

test('no acknowledged commit is lost, and the follower hears of all, when the server is killed twice', async () => {
  const url = await newDatabase();
  const [writer, reader] = [await openPostgresStore(url), await openPostgresStore(url)];
  const heard = new Set<string>();
  const states: string[] = [];
  const resets: string[] = [];
  const following = reader.follow((await reader.load()).position, {
    changes: (_, files) => {
      for (const { name } of files) heard.add(name);
    },
    reset: (reason) => resets.push(reason),
    faults: () => {},
    state: ({ is }) => states.push(is),
  });
  const acknowledged: string[] = [];
  let stop = false;
  const writing = (async () => {
    for (let i = 0; !stop; i++) {
      await writer.commit([put(`f${i}`, 'x')], randomUUID()).then(
        () => acknowledged.push(`f${i}`),
        () => new Promise((resolve) => setTimeout(resolve, 50)),
      );
    }
  })();
  for (let round = 0; round < 2; round++) {
    await expect.poll(() => acknowledged.length).toBeGreaterThan(20 * (round + 1));
    await server.crash(() => expect.poll(() => states.at(-1)).toBe('lost'));
  }
  const before = acknowledged.length;
  await expect.poll(() => acknowledged.length).toBeGreaterThan(before + 5);
  stop = true;
  await writing;
  await expect.poll(() => acknowledged.filter((name) => !heard.has(name))).toEqual([]);
  await expect.poll(() => states.at(-1)).toBe('live');
  expect(resets).toEqual([]);
  await following.close();
  await Promise.all([writer.close(), reader.close()]);
});

test('a commit whose answer is lost is found by its id, and not made twice', async () => {
  const url = new URL(await newDatabase());
  const proxy = await cuttingProxy(Number(url.port));
  const through = new URL(url);
  through.port = `${proxy.port}`;
  const store = await openPostgresStore(through.href);
  await store.commit([put('a', '1')], randomUUID());
  proxy.cutAfter('commit\0');
  const { position, before } = await store.commit([put('a', '2')], randomUUID());
  expect(position.revision).toBe(2);
  // What it replaced is part of the audit.
  expect(before.map((each) => each && Buffer.from(each).toString())).toEqual(['1']);
  expect(await server.query(nameOf(url.href), 'select count(*), max(revision) from matchbox.commits')).toBe('2|2');
  await store.close();
  proxy.close();
});

test('a commit that reaches the server after its sender gave up is waited for, and not taken for one that was not made', async () => {
  const url = new URL(await newDatabase());
  const proxy = await cuttingProxy(Number(url.port));
  const through = new URL(url);
  through.port = `${proxy.port}`;
  const store = await openPostgresStore(through.href);
  await store.commit([put('a', '1')], randomUUID());
  proxy.cutAfter('commit\0', 1500);
  expect((await store.commit([put('a', '2')], randomUUID())).position.revision).toBe(2);
  await store.close();
  proxy.close();
});

test('terminated connections cost no change', async () => {
  const url = await newDatabase();
  const [writer, reader] = [await openPostgresStore(url), await openPostgresStore(url)];
  const heard: string[] = [];
  const following = reader.follow((await reader.load()).position, {
    changes: (_, files) => {
      for (const { name } of files) heard.push(name);
    },
    reset: () => heard.push('reset'),
    faults: () => {},
    state: () => {},
  });
  for (let i = 0; i < 40; i++) {
    if (i % 10 === 5)
      await server.query(
        nameOf(url),
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'matchbox-follow'",
      );
    await writer.commit([put(`f${i}`, 'x')], randomUUID());
  }
  await expect.poll(() => heard.length).toBe(40);
  expect(heard).toEqual(Array.from({ length: 40 }, (_, i) => `f${i}`));
  await following.close();
  await Promise.all([writer.close(), reader.close()]);
});

test('a role that may only read follows, and is refused when it writes: a replica may be read-only', async () => {
  const url = await newDatabase();
  await server.query(
    nameOf(url),
    `create role reader_of_${nameOf(url)} login; grant usage on schema matchbox to reader_of_${nameOf(url)};
     grant select on all tables in schema matchbox to reader_of_${nameOf(url)}`,
  );
  const asReader = new URL(url);
  asReader.username = `reader_of_${nameOf(url)}`;
  const [writer, reader] = [await openPostgresStore(url), await openPostgresStore(asReader.href)];
  const heard: string[] = [];
  const following = reader.follow((await reader.load()).position, {
    changes: (_, files) => heard.push(...files.map(({ name }) => name)),
    reset: (reason) => heard.push(reason),
    faults: () => {},
    state: () => {},
  });
  await writer.commit([put('a', '1')], randomUUID());
  await expect.poll(() => heard).toEqual(['a']);
  await expect(reader.commit([put('a', '2')], randomUUID())).rejects.toMatchObject({
    code: 'denied',
    message: 'commit: permission denied for table state',
  });
  await following.close();
  await Promise.all([writer.close(), reader.close()]);
});

test('tables of the version before and of the version after are read and written, and those of a later one are refused', async () => {
  const url = await newDatabase();
  const store = await openPostgresStore(url);
  for (const version of [1, 2, 3]) {
    await server.query(nameOf(url), `update matchbox.state set schema = ${version}`);
    await store.commit([put(`v${version}`, 'x')], randomUUID());
    expect((await store.load()).files).toHaveLength(version);
  }
  await server.query(nameOf(url), 'update matchbox.state set schema = 4');
  await expect(store.load()).rejects.toMatchObject({
    code: 'denied',
    message: 'the tables are of version 4, this program knows 2: use a newer one',
  });
  await store.close();
});

test('a full disk refuses writes with that reason', async () => {
  const url = await newDatabase();
  const store = await openPostgresStore(url);
  await store.commit([put('a', '1')], randomUUID());
  // What PostgreSQL says when a file cannot grow.
  await server.query(
    nameOf(url),
    `create function matchbox.full() returns trigger language plpgsql as
       $$begin raise exception using errcode = 'disk_full', message = 'could not extend file: No space left on device'; end$$;
     create trigger full_disk before insert on matchbox.commits execute function matchbox.full()`,
  );
  await expect(store.commit([put('a', '2')], randomUUID())).rejects.toMatchObject({
    code: 'write_failed',
    message: 'commit: could not extend file: No space left on device',
  });
  expect((await store.load()).files).toMatchObject([{ name: 'a', content: new TextEncoder().encode('1') }]);
  await store.close();
});

test('a backup that was restored is noticed, also when its revisions have gone past what a follower knew', async () => {
  const url = await newDatabase();
  const [writer, reader] = [await openPostgresStore(url), await openPostgresStore(url)];
  const heard: string[] = [];
  const following = reader.follow((await reader.load()).position, {
    changes: ({ revision }) => heard.push(`${revision}`),
    reset: (reason) => heard.push(reason),
    faults: () => {},
    state: () => {},
  });
  for (let i = 0; i < 3; i++) await writer.commit([put('a', `${i}`)], randomUUID());
  await expect.poll(() => heard).toEqual(['1', '2', '3']);
  // Another history, as it is after a backup and some commits: nothing of it is told.
  await server.query(
    nameOf(url),
    `begin; update matchbox.commits set write_id = 'another' || revision where revision > 1;
     insert into matchbox.commits (revision, write_id) values (4, 'another4');
     insert into matchbox.changes values (4, 1, 'groups', 'b', 'x');
     update matchbox.state set revision = 4; commit`,
  );
  const reason = 'the database was restored: revision 3 is not part of its history';
  await expect.poll(() => heard).toEqual(['1', '2', '3', reason]);
  await following.close();
  await Promise.all([writer.close(), reader.close()]);
});
