/** Machines through a real gRPC server and the real bootcmd: list, show, act, adopt, watch, wait, get, replay. */

import { answer } from 'matchbox';
import { connectApi, ExchangeRecorder, machinesCommand, runBootcmd } from 'matchbox/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createCommandContext } from './command-context.ts';
import { openServer } from './server.ts';
import { until } from './until.ts';

const mac = '52:54:00:a1:9c:ae';
const profile = { id: 'worker', boot: { kernel: '/assets/vmlinuz', args: ['a=b'] }, provision: { install: 'once' } };
let server: Awaited<ReturnType<typeof openServer>>;

beforeAll(async () => {
  server = await openServer();
  await server.catalog.put('profiles', 'worker.json', Buffer.from(JSON.stringify(profile)), {});
  await server.catalog.put('groups', 'default.json', Buffer.from('{"id":"default","profile":"worker"}'), {});
  const silent = '{"id":"silent","profile":"worker","selector":{"mac":"52:54:00:00:51:1e"}}';
  await server.catalog.put('groups', 'silent.json', Buffer.from(silent), {});
});
afterAll(() => server.close());

function ask(query: string, address = '192.0.2.7', endpoint: 'ipxe' | 'generic' = 'ipxe'): string {
  const { machines, catalog } = server;
  const { status, body, story } = answer(catalog.snapshot, endpoint, query, { machines, address });
  new ExchangeRecorder(machines).answered({
    endpoint,
    labels: story.labels,
    address,
    rawQuery: query,
    status,
    body,
    story,
    milliseconds: 1,
    at: Date.now(),
  });
  return Buffer.from(body).toString();
}

async function bootcmd(...args: string[]) {
  const { context, output } = createCommandContext(server.folder);
  const identity = ['--ca-file', 'certs/ca.crt', '--cert-file', 'certs/client.crt', '--key-file', 'certs/client.key'];
  const words = ['machine', ...args, '--endpoints', `localhost:${server.port}`, ...identity];
  const code = await runBootcmd(words, context, (options) => connectApi(options, server.folder), 'v0');
  return { code, ...output };
}

test('a machine that asked is listed, found by what people call it, and shown with its story', async () => {
  ask(`mac=${mac}&hostname=node1`);
  const listed = await bootcmd('list', 'state:booting -rack:a1');
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  expect(listed.stdout).toMatch(
    /^NAME\s+STATE\s+SINCE\s+GROUP\s+PROFILE\s+MAC\s+LAST SEEN\nnode1\s+booting\s+\d+ s\s+default \(inbox\)\s+worker\s+52:54:00:a1:9c:ae/,
  );
  const shown = await bootcmd('show', 'node1');
  expect(shown.stdout).toContain('state      booting for');
  expect(shown.stdout).toMatch(/script {4}ipxe 200 group=default profile=worker \d+ B/);
  expect((await bootcmd('show', 'nobody')).stderr).toContain('machine "nobody": none is known by this name');
  expect((await bootcmd('show', 'silent')).stderr).toContain(
    'there is a group silent, and no machine of it has asked yet: power one on, network boot first; matchbox explain mac=52:54:00:00:51:1e tells what it would get',
  );
  const json = JSON.parse((await bootcmd('list', '-o', 'json')).stdout);
  expect(json).toMatchObject([{ name: 'node1', state: 'booting', macs: [mac] }]);
});

test('get prints the bytes that it was served, replay what it would be served today', async () => {
  const served = ask(`mac=${mac}&hostname=node1`);
  expect(await bootcmd('get', 'node1')).toEqual({ code: 0, stdout: served, stderr: '' });
  expect((await bootcmd('replay', 'node1')).stdout).toMatch(/^the same today \(ipxe, \d+ bytes, status 200\)\n$/);
  const changed = { ...profile, boot: { ...profile.boot, args: ['a=c'] } };
  await server.catalog.put('profiles', 'worker.json', Buffer.from(JSON.stringify(changed)), {});
  const replayed = await bootcmd('replay', 'node1');
  expect(replayed.code).toBe(3);
  expect(replayed.stdout).toContain('-kernel /assets/vmlinuz a=b\n+kernel /assets/vmlinuz a=c\n');
});

test('replay of a config that names where to report says what else differs', async () => {
  const told = { ...profile, id: 'told', generic_id: 'told' };
  const template = (word: string) => Buffer.from(`${word} {{.matchbox_report_url}} {{.matchbox_machine_id}}\n`);
  await server.catalog.put('generic', 'told', template('report to'), {});
  await server.catalog.put('profiles', 'told.json', Buffer.from(JSON.stringify(told)), {});
  const group = { id: 'told', profile: 'told', selector: { mac: '52:54:00:a1:9c:ad' } };
  await server.catalog.put('groups', 'told.json', Buffer.from(JSON.stringify(group)), {});
  ask('mac=52:54:00:a1:9c:ad&hostname=told', '192.0.2.9');
  const served = ask('mac=52:54:00:a1:9c:ad&hostname=told', '192.0.2.9', 'generic');
  expect(served).toMatch(/^report to http\S+\/machine\/report\/m-\S+ m-\S+\n$/);
  expect((await bootcmd('replay', 'told')).stdout).toMatch(/^the same today \(generic, \d+ bytes, status 200\)\n$/);
  await server.catalog.put('generic', 'told', template('say so to'), {});
  const replayed = await bootcmd('replay', 'told');
  expect(replayed.stdout).toContain(`-${served}+say so to${served.slice('report to'.length)}`);
  await bootcmd('forget', 'told');
  await server.catalog.remove('groups', 'told.json', {});
});

test('orders change what it is answered, and are part of its story with a name', async () => {
  expect(await bootcmd('hold', 'node1', '--reason', 'new fan')).toMatchObject({
    code: 0,
    stdout: 'node1 is held until it is released\n',
  });
  expect(ask(`mac=${mac}`)).toBe('this machine is held: an operator holds it: new fan\n');
  expect((await bootcmd('doctor', 'node1')).stdout).toContain('held');
  await bootcmd('release', 'node1');
  expect(ask(`mac=${mac}`)).toContain('kernel /assets/vmlinuz');
  await bootcmd('installed', 'node1');
  expect(ask(`mac=${mac}`)).toContain('Booting from disk: it is installed');
  await bootcmd('reinstall', 'node1', '--once');
  expect(ask(`mac=${mac}`)).toContain('kernel /assets/vmlinuz');
  expect((await bootcmd('show', 'node1')).stdout).toMatch(/action {4}hold .*by \S+ new fan/);
});

test('adopt writes a group, once', async () => {
  const adopted = await bootcmd('adopt', 'node1', '--profile', 'worker', '--metadata', '{"rack":"a1"}');
  expect(adopted).toEqual({ code: 0, stdout: 'group node1 is in force\n', stderr: '' });
  expect(server.catalog.snapshot.group('node1')?.value).toMatchObject({
    profile: 'worker',
    selector: new Map([['mac', mac]]),
  });
  expect((await bootcmd('adopt', 'node1', '--profile', 'worker')).stderr).toContain('Aborted');
  expect((await bootcmd('adopt', 'node1', '--profile', 'nope')).stderr).toContain(
    'profile "nope": there is none of this name',
  );
});

test('wait ends when a machine is where it should be, and fails when it fails', async () => {
  const listing = vi.spyOn(server.machines, 'catchUpInTurns');
  const waiting = bootcmd('wait', '--state', 'running', '--timeout', '1m', 'name:node1');
  const [machine] = server.machines.registry.find('node1');
  const report = (state: 'running' | 'failed') =>
    server.machines.apply(machine!.id, { kind: 'report', at: Date.now(), state, boot: undefined });
  // It follows first and lists then, so that what comes from now on is told.
  await until(() => listing.mock.results.length > 0, 'bootcmd lists the machines');
  listing.mockRestore();
  // Whoever lists after it has its answer after it.
  await bootcmd('list');
  report('running');
  expect(await waiting).toMatchObject({ code: 0, stderr: 'node1 is running\n' });
  expect((await bootcmd('wait', '--timeout', '1m', 'name:node1')).code).toBe(0);
  // An order to install once that is still open says that what was before does not count.
  await bootcmd('release', 'node1');
  report('failed');
  expect(await bootcmd('wait', '--timeout', '1m', 'name:node1')).toMatchObject({ code: 1, stderr: 'node1 failed\n' });
});

test('matchbox machines is the same by another name', async () => {
  const { context, output } = createCommandContext(server.folder);
  const identity = ['--ca-file', 'certs/ca.crt', '--cert-file', 'certs/client.crt', '--key-file', 'certs/client.key'];
  const connect: Parameters<typeof runBootcmd>[2] = (options) => connectApi(options, server.folder);
  const words = ['list', 'name:node1', '--endpoints', `localhost:${server.port}`, ...identity];
  expect(await machinesCommand.run(words, { ...context, connect, version: 'v0' })).toBe(0);
  expect(output.stdout).toContain('node1');
});

test('forget removes a machine', async () => {
  expect((await bootcmd('forget', 'node1')).stdout).toBe('node1 is forgotten\n');
  expect((await bootcmd('list')).stdout).toBe('no machine is found\n');
});

test('the story of a merged machine has what the other one did before; split takes the merge back', async () => {
  ask('mac=52:54:00:00:00:21&hostname=left', '192.0.2.21');
  ask('uuid=7d0c2f6e-1111-4222-8333-000000000021&hostname=right', '192.0.2.22');
  const [before] = JSON.parse((await bootcmd('list', 'right', '-o', 'json')).stdout);
  ask('mac=52:54:00:00:00:21&uuid=7d0c2f6e-1111-4222-8333-000000000021&hostname=left', '192.0.2.21');
  const shown = await bootcmd('show', 'left');
  expect(shown.stdout.match(/script {4}ipxe 200/g)).toHaveLength(3);
  expect(shown.stdout).toContain(`${before.id} () is the same machine`);
  expect(await bootcmd('split', 'left')).toMatchObject({ code: 0, stdout: 'left is told apart\n' });
  const [again] = JSON.parse((await bootcmd('list', 'right', '-o', 'json')).stdout);
  expect([again.id, again.macs]).toEqual([before.id, []]);
  expect((await bootcmd('split', 'left')).stderr).toContain('left: it was joined with no other machine');
});

test('wait ends at a failure, but not at one from before an order to install again', async () => {
  ask('mac=52:54:00:00:00:31&hostname=again', '192.0.2.31');
  const [machine] = server.machines.registry.find('again');
  server.machines.apply(machine!.id, {
    kind: 'report',
    at: Date.now(),
    state: 'failed',
    boot: undefined,
    reason: 'no disk',
  });
  const failed = await bootcmd('wait', 'again', '--timeout', '30s');
  expect([failed.code, failed.stderr]).toEqual([1, 'again failed: no disk\n']);
  expect((await bootcmd('reinstall', 'again', '--once')).code).toBe(0);
  const late = await bootcmd('wait', 'again', '--timeout', '1s');
  expect([late.code, late.stderr]).toEqual([
    1,
    'the time is over: 1 found of at least 1, not yet running: again (failed)\n',
  ]);
  expect((await bootcmd('wait', 'again', '--state', 'failed', '--timeout', '30s')).code).toBe(0);
  expect((await bootcmd('wait', 'nobody-of-this-name', '--timeout', '1s')).stderr).toContain('0 found of at least 1');
});
