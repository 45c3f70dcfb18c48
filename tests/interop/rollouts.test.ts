/** Rollouts through a real gRPC server and the real bootcmd: who orders what, what is written down of it, and what machines get. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectApi, createHandler, runBootcmd } from 'matchbox/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommandContext } from './command-context.ts';
import { openServer } from './server.ts';

let server: Awaited<ReturnType<typeof openServer>>;

beforeAll(async () => {
  server = await openServer(({ folder }) => ({ auditLog: join(folder, 'audit.log') }));
  const put = (kind: 'groups' | 'profiles', name: string, value: object) =>
    server.catalog.put(kind, name, Buffer.from(JSON.stringify(value)), {});
  await put('profiles', 'worker.json', { id: 'worker', boot: { kernel: '/assets/old' } });
  await put('profiles', 'worker-2.json', { id: 'worker-2', boot: { kernel: '/assets/new' } });
  await put('groups', 'default.json', { id: 'default', profile: 'worker' });
});
afterAll(() => server.close());

async function bootcmd(...args: string[]) {
  const { context, output } = createCommandContext(server.folder);
  const identity = ['--ca-file', 'certs/ca.crt', '--cert-file', 'certs/client.crt', '--key-file', 'certs/client.key'];
  const words = ['rollout', ...args, '--endpoints', `localhost:${server.port}`, ...identity];
  const code = await runBootcmd(words, context, (options) => connectApi(options, server.folder), 'v0');
  return { code, ...output };
}

/** @returns the kernel that a machine is told */
async function boot(last: number, route = 'ipxe'): Promise<string> {
  const { catalog, machines } = server;
  const handler = createHandler({ snapshot: () => catalog.snapshot, answers: { machines } });
  const target = `/${route}?mac=52-54-00-00-00-0${last}`;
  const { body } = await handler({ method: 'GET', target, headers: {}, remoteAddress: `192.0.2.${last}:1234` });
  return /\/assets\/\w+/.exec(Buffer.from(body as Uint8Array).toString())?.[0] ?? '';
}

const audited = () =>
  readFileSync(join(server.folder, 'audit.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('create gives the new profile to as many machines as the bounds allow, by each route, and writes down who ordered it', async () => {
  const created = await bootcmd(
    'create',
    'r',
    '--from',
    'worker',
    '--to',
    'worker-2',
    '--canaries',
    '0',
    '--at-once',
    '1',
    '--reason',
    'a new kernel',
  );
  expect(created).toMatchObject({ code: 0, stderr: '' });
  expect(created.stdout).toContain('from worker to worker-2');
  expect([
    await boot(1),
    await boot(2),
    await boot(1, 'grub'),
    await boot(2, 'grub'),
    await boot(1, 'netboot.ipxe'),
  ]).toEqual(['/assets/new', '/assets/old', '/assets/new', '/assets/old', '/assets/new']);
  const shown = await bootcmd('show', 'r');
  expect(shown.stdout).toContain('from worker to worker-2: a new kernel');
  expect(shown.stdout).toContain('machines   1 on their way, 0 succeeded, 0 failed');
  expect(shown.stdout).toContain('none begins: 1 of 1 machines are on their way');
  expect(shown.stdout).toMatch(/52:54:00:00:00:01\s+begun/);
  expect((await bootcmd('list')).stdout).toMatch(/^NAME\s+FROM\s+TO\s+STATE.*\nr\s+worker\s+worker-2\s+running/);
  const lines = audited();
  expect(lines.map(({ method, object, outcome }) => [method, object, outcome])).toEqual([
    ['rpcpb.Rollouts/RolloutCreate', 'rollouts/r', 'begun'],
    ['rpcpb.Rollouts/RolloutCreate', 'rollouts/r', 'done'],
  ]);
  expect(lines[1].detail).toContain('"to":"worker-2"');
});

test('orders go from state to state, and say so where they cannot', async () => {
  expect(await bootcmd('pause', 'r', '--reason', 'lunch')).toMatchObject({ code: 0, stdout: 'rollout r is paused\n' });
  expect((await bootcmd('show', 'r')).stdout).toMatch(/paused for \d+ s: [^\n]*: lunch/);
  expect((await bootcmd('pause', 'r')).stderr).toContain('it is paused; to pause it has to be running or done');
  expect(await bootcmd('resume', 'r')).toMatchObject({ code: 0, stdout: 'rollout r is running\n' });
  expect(await bootcmd('finish', 'r')).toMatchObject({ code: 0, stdout: 'rollout r is done\n' });
  expect(await boot(2)).toBe('/assets/new');
  expect(await bootcmd('abort', 'r')).toMatchObject({ code: 0, stdout: 'rollout r is aborted\n' });
  expect([await boot(1), await boot(2), await boot(3)]).toEqual(['/assets/old', '/assets/old', '/assets/old']);
  expect(await bootcmd('remove', 'r')).toMatchObject({ code: 0, stdout: 'rollout r is removed\n' });
  expect((await bootcmd('show', 'r')).stderr).toContain('rollout "r": there is none of this name');
});

test.each([
  [['create', 'x', '--from', 'worker', '--to', 'nothing'], 'profile "nothing" is not there, or broken'],
  [
    ['create', 'x', '--from', 'worker', '--to', 'worker-2', '--at-once', '0'],
    '--at-once 0: wanted a whole number from 1',
  ],
  [
    ['create', 'x', '--from', 'worker', '--to', 'worker-2', '--success', 'seen'],
    'success "seen": wanted running or installed',
  ],
  [['create', 'x', '--from', 'worker', '--to', 'worker-2', '--timeout', '1s'], 'timeout: wanted from 1m to 168h'],
  [['create', 'X Y', '--from', 'worker', '--to', 'worker-2'], 'the name has to be of small letters'],
])('bootcmd rollout %j is refused', async (args, message) => {
  const { code, stderr } = await bootcmd(...args);
  expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
});
