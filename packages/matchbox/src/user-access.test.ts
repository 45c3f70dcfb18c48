import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { CommandContext } from './cli/command.ts';
import { usersCommand } from './cli/users/users.ts';
import { silentLogger } from './log/log.ts';
import { openJournal } from './state/journal.ts';
import { isPassword } from './ui/password.ts';
import { takeUserOrders } from './ui/user-orders.ts';
import { userOf } from './ui/users.ts';
import { userAccess } from './user-access.ts';

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

function stateFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-users-'));
  made.push(folder);
  return join(folder, 'state');
}

async function run(statePath: string, args: readonly string[], input = '') {
  const written = { out: '', err: '' };
  const output = (into: 'out' | 'err') => ({
    write: (chunk: string | Uint8Array) => {
      written[into] += String(chunk);
    },
    isTerminal: false,
  });
  const context: CommandContext = {
    stdin: (async function* () {
      yield Buffer.from(input);
    })(),
    stdout: output('out'),
    stderr: output('err'),
    env: { MATCHBOX_STATE_PATH: statePath },
    workingDirectory: '/',
    signal: new AbortController().signal,
    users: userAccess,
  };
  return { code: await usersCommand.run(args, context), ...written };
}

async function storedUser(statePath: string, name: string) {
  const store = await openJournal(statePath, { logger: silentLogger });
  const user = userOf(store, name);
  await store.close();
  return user;
}

test('matchbox users adds a user with a password that it prints once, and keeps only its hash', async () => {
  const statePath = stateFolder();
  const { code, out } = await run(statePath, ['add', 'vera', '--role', 'viewer']);
  const [, password = ''] = /^vera is a viewer\npassword: ([a-z2-9]{5}(?:-[a-z2-9]{5}){4})\n$/.exec(out) ?? [];
  expect([code, password.length]).toEqual([0, 29]);
  const user = await storedUser(statePath, 'vera');
  expect(user).toMatchObject({ name: 'vera', role: 'viewer' });
  expect(JSON.stringify(user)).not.toContain(password);
  expect(await isPassword(password, user!.password)).toBe(true);
});

test('matchbox users takes a password of standard input, gives another role, lists and removes', async () => {
  const statePath = stateFolder();
  await run(statePath, ['add', 'otto', '--role', 'operator', '--password-stdin'], 'correct horse\nmore');
  expect(await isPassword('correct horse', (await storedUser(statePath, 'otto'))!.password)).toBe(true);
  const before = (await storedUser(statePath, 'otto'))!.generation;
  await run(statePath, ['add', 'otto', '--role', 'viewer', '--no-password']);
  expect((await storedUser(statePath, 'otto'))!.generation).not.toBe(before);
  await run(statePath, ['add', 'Änne', '--role', 'operator', '--password-stdin'], 'correct horse');
  expect((await run(statePath, ['list'])).out).toBe('otto  viewer    by the proxy\nÄnne  operator  by password\n');
  expect((await run(statePath, ['remove', 'otto'])).out).toBe('otto is removed\n');
  expect(await storedUser(statePath, 'otto')).toBe(undefined);
});

test('matchbox users leaves an order for the server that holds the state, which follows it', async () => {
  const statePath = stateFolder();
  const store = await openJournal(statePath, { logger: silentLogger });
  let isOver = false;
  const following = (async () => {
    for (; !isOver; await sleep(20)) await takeUserOrders(statePath, store, silentLogger);
  })();
  try {
    const added = await run(statePath, ['add', 'otto', '--role', 'operator', '--password-stdin'], 'correct horse');
    expect(added).toEqual({ code: 0, out: 'otto is an operator; the running server knows\n', err: '' });
    expect(await isPassword('correct horse', userOf(store, 'otto')!.password)).toBe(true);
    const { code, err } = await run(statePath, ['list']);
    expect([code, err]).toEqual([
      1,
      `matchbox users: ${statePath}: a running server holds it; list its users when it is stopped\n`,
    ]);
  } finally {
    isOver = true;
    await following;
    await store.close();
  }
});

test.each([
  [['add', 'vera'], /--role is wanted: viewer or operator/, 2],
  [['add', 'vera', '--role', 'admin'], /--role is wanted/, 2],
  [['add', 'vera', '--role', 'viewer', '--password-stdin', '--no-password'], /give one of the two/, 2],
  [['add', 'vera', '--role', 'viewer', '--password-stdin'], /a password of 10 characters at least/, 2],
  [['add', 'local', '--role', 'operator'], /who comes by the one-time link/, 1],
  [['add', '../vera', '--role', 'viewer'], /letters, digits and/, 1],
  [['add', 'a\u202eb', '--role', 'viewer'], /letters, digits and/, 1],
  [['add'], /wanted add NAME, remove NAME or list/, 2],
  [['remove', 'a', 'b'], /one name is wanted/, 2],
  [['frob', 'a'], /wanted add NAME/, 2],
  [['list', '--rol'], /--rol/, 2],
] as const)('matchbox users refuses %j', async (args, message, code) => {
  const got = await run(stateFolder(), args, 'short\n');
  expect(got.err).toMatch(message);
  expect([got.code, got.out]).toEqual([code, '']);
});
