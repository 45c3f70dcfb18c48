/** Two servers on one PostgreSQL: same answers, and the death of the engine does not stop a machine. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, type RunningServer, start } from 'matchbox';
import { storeAccess, storeCommand } from 'matchbox/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommandContext } from '../interop/command-context.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'matchbox-replicas-'));
let engine: PostgresServer;
let url = '';
const servers: RunningServer[] = [];

beforeAll(async () => {
  engine = await startPostgres();
  url = await engine.createDatabase();
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write('groups/a.json', '{"id":"a","profile":"p","selector":{"mac":"52:54:00:a1:9c:ae"}}');
  write('profiles/p.json', '{"id":"p","boot":{"kernel":"/assets/k1"}}');
});
afterAll(async () => {
  for (const server of servers) await server.close(0);
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

async function store(...args: string[]) {
  const { context, output } = createCommandContext(folder);
  const code = await storeCommand.run([...args, '-store', url], { ...context, stores: storeAccess });
  return { code, ...output };
}

const kernelOf = async (server: RunningServer) => {
  const answer = await fetch(`http://127.0.0.1:${server.addresses.http.port}/ipxe?mac=52:54:00:a1:9c:ae`);
  return /^kernel (\S+)/m.exec(await answer.text())?.[1];
};

test('a data directory is brought in, and out again', async () => {
  expect(await store('init')).toEqual({ code: 0, stdout: 'made the store of version 2\n', stderr: '' });
  expect(await store('import', '.')).toEqual({ code: 0, stdout: '2 files, 2 changes\n', stderr: '' });
  expect(await store('import', '.')).toEqual({ code: 0, stdout: '2 files, 0 changes\n', stderr: '' });
  expect((await store('status')).stdout).toMatch(
    /^postgres:\/\/127\.0\.0\.1:\d+\/m1\n {2}epoch .*\n {2}revision {2}1\n {2}groups {4}1 files\n/,
  );
  expect(await store('export', 'out')).toMatchObject({ code: 0, stdout: 'wrote 2 files\n' });
});

test('import says what it leaves behind', async () => {
  const files = { 'tests/a.yaml': '', 'schemas/group.schema.json': '{}', 'README.md': '', '.gitignore': '' };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, 'site', path, '..'), { recursive: true });
    writeFileSync(join(folder, 'site', path), text);
  }
  cpSync(join(folder, 'profiles'), join(folder, 'site/profiles'), { recursive: true });
  expect(await store('import', 'site')).toEqual({
    code: 0,
    stdout: '1 files, 0 changes\n',
    stderr:
      'matchbox store: not in the store, which has what machines are answered with alone (groups, profiles, ignition, cloud, generic, networks): README.md, schemas/, tests/\n',
  });
});

test('export writes nothing when a name leads out of its folder', async () => {
  const database = new URL(url).pathname.slice(1);
  await engine.query(database, "insert into matchbox.files values ('groups', '../../escaped.json', 'x')");
  expect(await store('export', 'deep/out2')).toMatchObject({
    code: 1,
    stderr:
      'matchbox store: nothing was written: "groups/../../escaped.json": not a name below the folder of its kind\n',
  });
  await engine.query(database, "delete from matchbox.files where name like '..%'");
  expect([existsSync(join(folder, 'deep')), existsSync(join(folder, 'escaped.json'))]).toEqual([false, false]);
});

test('two servers answer alike, and a change through one is in force on the other', async () => {
  let log = '';
  const sink = (line: string) => {
    log += line;
  };
  const logger = createLogger({ level: 'info', format: 'text', sink });
  for (let i = 0; i < 2; i++) {
    const paths = { dataPath: '/not/read', assetsPath: '' };
    servers.push(await start({ address: '127.0.0.1:0', ...paths, store: { url, urlFile: '' }, logger }));
  }
  expect(log).toMatch(/msg="in force" assets=none data="?postgres:\/\/127\.0\.0\.1:\d+\/m1"? /);
  expect(await Promise.all(servers.map(kernelOf))).toEqual(['/assets/k1', '/assets/k1']);
  writeFileSync(join(folder, 'profiles/p.json'), '{"id":"p","boot":{"kernel":"/assets/k2"}}');
  expect((await store('import', '.')).stdout).toBe('2 files, 1 changes\n');
  for (const server of servers) await expect.poll(() => kernelOf(server)).toBe('/assets/k2');
});

test('machines are answered while the engine is away, and changes come when it is back', async () => {
  const crashing = engine.crash();
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => kernelOf(servers[i % 2]!)));
  expect(new Set(answers)).toEqual(new Set(['/assets/k2']));
  await crashing;
  writeFileSync(join(folder, 'profiles/p.json'), '{"id":"p","boot":{"kernel":"/assets/k3"}}');
  await expect.poll(async () => (await store('import', '.')).code).toBe(0);
  for (const server of servers) await expect.poll(() => kernelOf(server)).toBe('/assets/k3');
});

test('the store command says what is wrong with its words', async () => {
  const { context, output } = createCommandContext(folder);
  expect(await storeCommand.run(['frobnicate', '-store', url], context)).toBe(2);
  expect(output.stderr).toContain('no action "frobnicate": wanted one of init, migrate, status, import, export');
});
