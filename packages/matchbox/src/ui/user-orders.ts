/**
 * Orders of `matchbox users` to a server that holds the state store: files in a folder that only the server's user can write
 * to, each taken once.
 */
import { open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '@matchbox/gotext';
import { makeFolder } from '../disk/make-folder.ts';
import type { Logger } from '../log/log.ts';
import type { StateStore } from '../machines/state-store.ts';
import type { Role } from './access.ts';
import { roles } from './access.ts';
import { checkUserName, newGeneration, putUser, UserNameError } from './users.ts';

export type UserOrder =
  | { readonly order: 'put'; readonly name: string; readonly role: Role; readonly password?: string | undefined }
  | { readonly order: 'remove'; readonly name: string };

const folderName = 'user-orders';
const maxBytes = 4096;

/** Everybody's sessions end with an order: the role or the password is another. @throws StateError, UserNameError */
export async function followOrder(store: StateStore, order: UserOrder): Promise<void> {
  checkUserName(order.name);
  const ended = [...store.table('sessions')].flatMap(([key, value]) =>
    (value as { user?: unknown } | null)?.user === order.name
      ? [{ table: 'sessions', key, value: undefined } as const]
      : [],
  );
  if (order.order === 'remove') {
    await store.commit({ puts: [{ table: 'users', key: order.name, value: undefined }, ...ended] });
    return;
  }
  const { name, role, password } = order;
  const generation = newGeneration();
  await store.commit({
    puts: [putUser({ name, role, generation, ...(password !== undefined && { password }) }), ...ended],
  });
}

/** @returns the order's file, which is gone once it was followed */
export async function leaveOrder(statePath: string, order: UserOrder): Promise<string> {
  const folder = join(statePath, folderName);
  await makeFolder(folder, 0o700);
  const path = join(folder, `${Date.now()}-${process.pid}.json`);
  const file = await open(`${path}.unfinished`, 'wx', 0o600);
  try {
    await file.writeFile(JSON.stringify(order));
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(`${path}.unfinished`, path);
  return path;
}

/** Follows what orders there are, in their order. An order that is none is logged and goes. @throws StateError */
export async function takeUserOrders(statePath: string, store: StateStore, logger: Logger): Promise<void> {
  if (statePath === '') return;
  const folder = join(statePath, folderName);
  for (const name of (await listed(folder)).sort()) {
    const path = join(folder, name);
    const order = parseOrder(await readFile(path));
    try {
      if (order === undefined) logger.warn('an order about users is none, and goes', { file: path });
      else {
        await followOrder(store, order);
        logger.info(`page: followed an order of matchbox users: ${order.order}`, { user: order.name });
      }
    } catch (error) {
      if (!(error instanceof UserNameError)) throw error;
      logger.warn(`an order about users is refused: ${error.message}`);
    }
    await unlink(path);
  }
}

async function listed(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.json'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function parseOrder(bytes: Uint8Array): UserOrder | undefined {
  if (bytes.length > maxBytes) return undefined;
  try {
    const { order, name, role, password } = JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>;
    const known = roles.find((each) => each === role);
    if (typeof name !== 'string') return undefined;
    if (order === 'remove') return { order, name };
    if (order !== 'put' || known === undefined) return undefined;
    return { order, name, role: known, password: typeof password === 'string' ? password : undefined };
  } catch {
    return undefined;
  }
}
