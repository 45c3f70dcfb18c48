import { expect, test } from 'vitest';
import { openMemoryState } from '../state/memory.ts';
import { Sessions } from './sessions.ts';
import { followOrder } from './user-orders.ts';

async function opened(lifetimeMs?: number) {
  const store = openMemoryState();
  await followOrder(store, { order: 'put', name: 'alice', role: 'operator' });
  const clock = { now: 1_000 };
  const sessions = new Sessions({ store, now: () => clock.now, ...(lifetimeMs !== undefined && { lifetimeMs }) });
  return { store, sessions, clock };
}

test('Sessions keep no id, only its hash', async () => {
  const { store, sessions } = await opened();
  const { id } = await sessions.open('alice');
  expect(id).toMatch(/^[\w-]{43}$/);
  expect(JSON.stringify([...store.table('sessions')])).not.toContain(id);
  expect(sessions.find(id)).toMatchObject({ user: 'alice', role: 'operator' });
  expect(sessions.find([...store.table('sessions').keys()][0])).toBe(undefined);
});

test('Sessions end by the clock, one by one, or everywhere', async () => {
  const { store, sessions, clock } = await opened(60_000);
  const [first, second, third] = [
    await sessions.open('alice'),
    await sessions.open('alice'),
    await sessions.open('alice'),
  ];
  await sessions.close(sessions.find(first.id)!.key);
  expect([sessions.find(first.id), sessions.find(second.id)?.user]).toEqual([undefined, 'alice']);
  await sessions.closeAll('alice');
  expect([sessions.find(second.id), sessions.find(third.id)]).toEqual([undefined, undefined]);
  const last = await sessions.open('alice');
  clock.now += 59_999;
  expect(sessions.find(last.id)?.user).toBe('alice');
  clock.now += 1;
  expect(sessions.find(last.id)).toBe(undefined);
  await sessions.tidy();
  expect(store.table('sessions').size).toBe(0);
});

test('Sessions have the role that the user has now, and none of a user who was changed, removed, or removed and made anew', async () => {
  const { store, sessions } = await opened();
  const { id } = await sessions.open('alice');
  await followOrder(store, { order: 'put', name: 'alice', role: 'viewer' });
  expect(sessions.find(id)).toBe(undefined);
  const { id: next } = await sessions.open('alice');
  // As if the order had not found this session: the generation alone ends it.
  const kept = [...store.table('sessions')];
  await followOrder(store, { order: 'remove', name: 'alice' });
  await store.commit({ puts: kept.map(([key, value]) => ({ table: 'sessions', key, value })) });
  expect(sessions.find(next)).toBe(undefined);
  await followOrder(store, { order: 'put', name: 'alice', role: 'operator' });
  await store.commit({ puts: kept.map(([key, value]) => ({ table: 'sessions', key, value })) });
  expect(sessions.find(next)).toBe(undefined);
});

test('Sessions of one user are fifty at most: the oldest ends', async () => {
  const { store, sessions, clock } = await opened();
  const { id } = await sessions.open('alice');
  for (let count = 0; count < 50; count++) {
    clock.now++;
    await sessions.open('alice');
  }
  expect([store.table('sessions').size, sessions.find(id)]).toEqual([50, undefined]);
});
