/** How `matchbox users` comes by the state store: directly, or through the server that holds it. */
import { access } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { UserAccess } from './cli/command.ts';
import { silentLogger } from './log/log.ts';
import { StateError, type StateStore } from './machines/state-store.ts';
import { openJournal } from './state/journal.ts';
import { hashPassword } from './ui/password.ts';
import { followOrder, leaveOrder } from './ui/user-orders.ts';
import { checkUserName, usersOf } from './ui/users.ts';

/** A server looks for orders every two seconds. */
const patienceMs = 10_000;

export const userAccess: UserAccess = {
  order: async (statePath, wanted) => {
    checkUserName(wanted.name);
    const order =
      wanted.order === 'remove'
        ? wanted
        : { ...wanted, password: wanted.password === undefined ? undefined : await hashPassword(wanted.password) };
    const done = await withStore(statePath, (store) => followOrder(store, order).then(() => true));
    if (done) return 'done';
    const file = await leaveOrder(statePath, order);
    for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(200)) {
      if (!(await isThere(file))) return 'followed';
    }
    return 'left';
  },
  list: async (statePath) => {
    const users = await withStore(statePath, async (store) => usersOf(store));
    if (users === undefined)
      throw new StateError('locked', `${statePath}: a running server holds it; list its users when it is stopped`);
    return users.map(({ name, role, password }) => ({
      name,
      role,
      signsIn: password === undefined ? 'the proxy' : 'password',
    }));
  },
};

/** @returns undefined while a server holds the store */
async function withStore<T>(statePath: string, use: (store: StateStore) => Promise<T>): Promise<T | undefined> {
  let store: StateStore;
  try {
    store = await openJournal(statePath, { logger: silentLogger });
  } catch (error) {
    if (error instanceof StateError && error.code === 'locked') return undefined;
    throw error;
  }
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
