/** Who may sign in: records of the state store. What a session may do is looked up here at each request, never remembered. */
import { randomInt } from 'node:crypto';
import type { StatePut, StateStore } from '../machines/state-store.ts';
import { type Role, roles } from './access.ts';

export interface User {
  readonly name: string;
  readonly role: Role;
  /** Absent: no password opens it, only a trusted proxy. */
  readonly password?: string;
  /** Another one when every session of the user is to end: another password, another role, signed out everywhere. */
  readonly generation: number;
}

/** By chance, so that no user who is removed and made anew ever has an old one. */
export function newGeneration(): number {
  return randomInt(1, 2 ** 47);
}

/** Who comes by the one-time link of the server's log. */
export const linkUser = 'local';

export class UserNameError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UserNameError';
  }
}

/** @throws UserNameError */
export function checkUserName(name: string): void {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,63}$/u.test(name)) {
    throw new UserNameError(
      `user ${JSON.stringify(name)}: letters, digits and . _ @ - are wanted, 64 at most, a letter or digit first`,
    );
  }
  if (name === linkUser)
    throw new UserNameError(`user ${JSON.stringify(name)}: that is who comes by the one-time link`);
}

export function userOf(store: StateStore, name: string): User | undefined {
  const found = readUser(name, store.table('users').get(name));
  if (found !== undefined || name !== linkUser) return found;
  return { name, role: 'operator', generation: 0 };
}

export function usersOf(store: StateStore): User[] {
  return [...store.table('users')].flatMap(([name, value]) => readUser(name, value) ?? []);
}

export function putUser({ name, ...record }: User): StatePut {
  return { table: 'users', key: name, value: record };
}

function readUser(name: string, value: unknown): User | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { role, password, generation } = value as Partial<Record<keyof User, unknown>>;
  const known = roles.find((each) => each === role);
  if (known === undefined || typeof generation !== 'number') return undefined;
  return { name, role: known, generation, ...(typeof password === 'string' && { password }) };
}
