/** Who changed what: the audit log, commits, and who may change at all. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { issueAuthority, issueLeaf } from 'matchbox/testing';
import { afterEach, expect, test } from 'vitest';
import { type CallAnswer, type GrpcClient, openClient } from '../conformance/grpc/client.ts';
import { type OpenedServer, openServer } from './server.ts';
import { until } from './until.ts';

const opened: { readonly client: GrpcClient; readonly server: OpenedServer }[] = [];
afterEach(async () => {
  for (const { client, server } of opened.splice(0)) {
    client.close();
    await server.close();
  }
});

/** A line of the audit log. */
interface AuditLine {
  readonly subject: string;
  readonly object: string;
  readonly outcome: string;
}

/** Makes a call and answers what came of it. */
type Ask = (rpc: string, request: object, identity?: string) => Promise<CallAnswer>;

async function open(...how: Parameters<typeof openServer>): Promise<{ server: OpenedServer; call: Ask }> {
  const server = await openServer(...how);
  const client = openClient(server.port, server.certificates);
  opened.push({ client, server });
  return { server, call: (rpc, request, identity = 'operator') => client.call({ rpc, request, identity }) };
}

const linesOf = (path: string): AuditLine[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** Without the lines that stand before a change. */
const outcomesOf = (path: string): AuditLine[] => linesOf(path).filter(({ outcome }) => outcome !== 'begun');

const git = (folder: string, ...args: string[]) =>
  execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();

test('audit log: a line before and after each change and one for each refusal, with subject, method, object, outcome and diff', async () => {
  const { server, call } = await open(({ folder }) => ({
    auditLog: join(folder, 'audit.log'),
    now: () => new Date(0),
  }));
  await call('Groups/GroupPut', { group: { id: 'a', profile: 'p' } });
  await call('Groups/GroupPut', { group: { id: 'a', profile: 'q' } });
  await call('Groups/GroupDelete', { id: 'a' });
  await call('Generic/GenericPut', { name: '../x', config: 'y' });
  await call('Groups/GroupGet', { id: 'a' });
  const head = {
    time: '1970-01-01T00:00:00.000Z',
    subject: 'CN=operator',
    serial: expect.stringMatching(/^[0-9A-F]+$/),
  };
  expect(linesOf(join(server.folder, 'audit.log'))).toEqual([
    { ...head, method: 'rpcpb.Groups/GroupPut', object: 'groups/a.json', outcome: 'begun' },
    {
      ...head,
      method: 'rpcpb.Groups/GroupPut',
      object: 'groups/a.json',
      outcome: 'done',
      diff: '@@ -1 +1 @@\n+{\n+\t"id": "a",\n+\t"profile": "p"\n+}',
    },
    { ...head, method: 'rpcpb.Groups/GroupPut', object: 'groups/a.json', outcome: 'begun' },
    {
      ...head,
      method: 'rpcpb.Groups/GroupPut',
      object: 'groups/a.json',
      outcome: 'done',
      diff: '@@ -3 +3 @@\n-\t"profile": "p"\n+\t"profile": "q"',
    },
    { ...head, method: 'rpcpb.Groups/GroupDelete', object: 'groups/a.json', outcome: 'begun' },
    {
      ...head,
      method: 'rpcpb.Groups/GroupDelete',
      object: 'groups/a.json',
      outcome: 'done',
      diff: '@@ -1 +1 @@\n-{\n-\t"id": "a",\n-\t"profile": "q"\n-}',
    },
    {
      ...head,
      method: 'rpcpb.Generic/GenericPut',
      object: 'generic/../x',
      outcome: 'refused',
      error: expect.stringContaining('generic template name "../x" refused'),
    },
  ]);
  expect(server.writes).toEqual(['groups put done', 'groups put done', 'groups delete done', 'generic put refused']);
});

test('audit log: reopenLogs() goes on in a new file after rotation', async () => {
  const { server, call } = await open(({ folder }) => ({ auditLog: join(folder, 'audit.log') }));
  const path = join(server.folder, 'audit.log');
  await call('Generic/GenericPut', { name: 'one', config: '1' });
  renameSync(path, `${path}.1`);
  await call('Generic/GenericPut', { name: 'two', config: '2' });
  await server.server.reopenLogs();
  await call('Generic/GenericPut', { name: 'three', config: '3' });
  expect(outcomesOf(`${path}.1`).map(({ object }) => object)).toEqual(['generic/one', 'generic/two']);
  expect(outcomesOf(path).map(({ object }) => object)).toEqual(['generic/three']);
});

function makeRepository(data: string): void {
  git(data, 'init', '--quiet', '--initial-branch=main');
  mkdirSync(join(data, '.git/hooks'), { recursive: true });
  const hook = '#!/bin/sh\ntouch ../hook-ran .git/hook-ran\nexit 1\n';
  for (const name of ['pre-commit', 'reference-transaction', 'post-commit']) {
    writeFileSync(join(data, '.git/hooks', name), hook, { mode: 0o755 });
  }
}

test('git audit: one commit for each change, by the subject, without hooks, and without what the user has staged', async () => {
  const { server, call } = await open(
    ({ data }) => ({ gitFolder: data }),
    (data) => {
      makeRepository(data);
      writeFileSync(join(data, 'mine.txt'), 'staged by hand');
      git(data, 'add', 'mine.txt');
    },
  );
  await call('Groups/GroupPut', { group: { id: 'a/b', profile: 'p' } });
  await call('Generic/GenericPut', { name: 't', config: 'one\r\n' });
  await call('Generic/GenericPut', { name: 't', config: 'two' });
  await call('Groups/GroupDelete', { id: 'a/b' });
  await call('Groups/GroupDelete', { id: 'a/b' });
  await until(
    () =>
      existsSync(join(server.data, '.git/refs/heads/main')) && git(server.data, 'rev-list', '--count', 'HEAD') === '4',
    'four commits',
  );
  expect(git(server.data, 'log', '--reverse', '--format=%an|%s', '--name-status')).toBe(
    [
      'operator|GroupPut groups/a/b.json\n\nA\tgroups/a/b.json',
      'operator|GenericPut generic/t\n\nA\tgeneric/t',
      'operator|GenericPut generic/t\n\nM\tgeneric/t',
      'operator|GroupDelete groups/a/b.json\n\nD\tgroups/a/b.json',
    ].join('\n'),
  );
  expect(git(server.data, 'show', 'HEAD~2:generic/t')).toBe('one');
  const clean = () => git(server.data, 'status', '--porcelain') === 'A  mine.txt';
  await until(clean, 'nothing is changed but what is staged by hand');
  expect(existsSync(join(server.folder, 'hook-ran'))).toBe(false);
  // The one group was deleted; that is all there is to say.
  expect(server.log.filter((line) => /level=(error|warning)/.test(line))).toEqual([
    expect.stringContaining('there are no groups any more'),
  ]);
});

test('git audit: a commit that cannot be made does not lose the write, and is told in the log and in the audit log', async () => {
  const { server, call } = await open(
    ({ data, folder }) => ({ gitFolder: data, auditLog: join(folder, 'audit.log') }),
    (data) => makeRepository(data),
  );
  writeFileSync(join(server.data, '.git/HEAD'), 'nonsense');
  expect((await call('Generic/GenericPut', { name: 't', config: 'kept' })).code).toBe('OK');
  await until(() => outcomesOf(join(server.folder, 'audit.log')).length === 2, 'the failure is in the audit log');
  expect(readFileSync(join(server.data, 'generic/t'), 'utf8')).toBe('kept');
  expect(outcomesOf(join(server.folder, 'audit.log'))[1]).toMatchObject({
    object: 'generic/t',
    outcome: 'git_failed',
    error: expect.stringContaining('git '),
  });
  expect(server.log.join('')).toContain('cannot commit generic/t');
});

test('git audit: a data path in no repository is refused at the start', async () => {
  await expect(openServer(({ data }) => ({ gitFolder: data }))).rejects.toThrow(
    /^git rev-parse: fatal: not a git repository/,
  );
});

test('roles: a certificate with OU=read-only may read, and its writes are refused and audited', async () => {
  const now = new Date();
  const authority = await issueAuthority('roles', { from: now, days: 2 });
  const reader = await issueLeaf(authority, {
    usage: 'client',
    commonName: 'eve',
    organizationalUnit: 'read-only',
    alternativeNames: [],
    validity: { from: now, days: 1 },
  });
  const prepare = (_data: string, folder: string): void => {
    const path = (name: string): string => join(folder, 'certs', name);
    const authorities = readFileSync(path('ca.crt'), 'utf8') + authority.certificate;
    writeFileSync(path('clients-ca.crt'), authorities);
    writeFileSync(path('client-other.crt'), reader.certificate);
    writeFileSync(path('client-other.key'), reader.key);
  };
  const { server, call } = await open(
    ({ folder, file }) => ({ caFile: file('clients-ca.crt'), auditLog: join(folder, 'audit.log') }),
    prepare,
  );
  expect((await call('Groups/GroupList', {}, 'other-ca')).code).toBe('OK');
  expect((await call('Select/SelectGroup', {}, 'other-ca')).code).toBe('NOT_FOUND');
  const writes: readonly (readonly [string, object])[] = [
    ['Groups/GroupPut', { group: { id: 'x', profile: 'p' } }],
    ['Groups/GroupDelete', { id: 'x' }],
    ['Profiles/ProfilePut', { profile: { id: 'x' } }],
    ['Profiles/ProfileDelete', { id: 'x' }],
    ...['Ignition', 'Generic', 'Cloud'].flatMap((service): [string, object][] => [
      [`${service}/${service}Put`, { name: 'x', config: 'y' }],
      [`${service}/${service}Delete`, { name: 'x' }],
    ]),
  ];
  for (const [rpc, request] of writes) {
    expect(await call(rpc, request, 'other-ca'), rpc).toEqual({
      code: 'PERMISSION_DENIED',
      message: 'the client certificate "OU=read-only,CN=eve" may only read',
    });
  }
  expect((await call('Groups/GroupPut', { group: { id: 'x', profile: 'p' } })).code).toBe('OK');
  const outcomes = outcomesOf(join(server.folder, 'audit.log')).map(({ subject, outcome }) => `${subject} ${outcome}`);
  expect(outcomes.filter((line) => line === 'OU=read-only,CN=eve refused')).toHaveLength(10);
  expect(outcomes.at(-1)).toBe('CN=operator done');
});

test('roles: which attribute makes a reader can be chosen', async () => {
  const { call } = await open({ readOnlyRule: { attribute: 'CN', value: 'operator' } });
  expect((await call('Generic/GenericPut', { name: 'x', config: 'y' })).code).toBe('PERMISSION_DENIED');
  expect((await call('Generic/GenericPut', { name: 'x', config: 'y' }, 'no-usage')).code).toBe('OK');
});
