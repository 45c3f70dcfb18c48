/** Sessions: records of the state store under the hash of an id that only the browser has. */
import { createHash, randomBytes } from 'node:crypto';
import type { StateStore } from '../machines/state-store.ts';
import type { Role } from './access.ts';
import { newGeneration, putUser, userOf } from './users.ts';

export interface Session {
  /** Hash of the id. */
  readonly key: string;
  readonly user: string;
  readonly role: Role;
  readonly expiresMs: number;
}

export interface SessionsOptions {
  readonly store: StateStore;
  readonly now?: () => number;
  readonly lifetimeMs?: number;
}

const lifetimeMs = 12 * 60 * 60 * 1000;
/** The oldest ends when there are more. */
const maxOfUser = 50;

interface Kept {
  readonly user: string;
  readonly generation: number;
  readonly createdMs: number;
  readonly expiresMs: number;
}

export class Sessions {
  readonly #store: StateStore;
  readonly #now: () => number;
  readonly #lifetimeMs: number;
  /** Told of users whose sessions may have ended. */
  onEnded: () => void = () => {};

  constructor(options: SessionsOptions) {
    this.#store = options.store;
    this.#now = options.now ?? Date.now;
    this.#lifetimeMs = options.lifetimeMs ?? lifetimeMs;
  }

  /** Always a new id: one that was there before signing in is worth nothing. @returns the id, for the cookie. @throws StateError */
  async open(name: string): Promise<{ id: string; maxAgeSeconds: number }> {
    const user = userOf(this.#store, name);
    if (user === undefined) throw new TypeError(`there is no user ${JSON.stringify(name)}`);
    const id = randomBytes(32).toString('base64url');
    const createdMs = this.#now();
    const value: Kept = {
      user: name,
      generation: user.generation,
      createdMs,
      expiresMs: createdMs + this.#lifetimeMs,
    };
    const puts = this.#superfluous(name).map((key) => ({ table: 'sessions', key, value: undefined }) as const);
    await this.#store.commit({ puts: [...puts, { table: 'sessions', key: keyOf(id), value }] });
    return { id, maxAgeSeconds: Math.floor(this.#lifetimeMs / 1000) };
  }

  /** @param id of the cookie @returns undefined for one that is over, or never was */
  find(id: string | undefined): Session | undefined {
    return id === undefined || id.length > 100 ? undefined : this.byKey(keyOf(id));
  }

  byKey(key: string): Session | undefined {
    const kept = readKept(this.#store.table('sessions').get(key));
    if (kept === undefined || kept.expiresMs <= this.#now()) return undefined;
    const user = userOf(this.#store, kept.user);
    if (user === undefined || user.generation !== kept.generation) return undefined;
    return { key, user: user.name, role: user.role, expiresMs: kept.expiresMs };
  }

  /** @throws StateError */
  async close(key: string): Promise<void> {
    await this.#store.commit({ puts: [{ table: 'sessions', key, value: undefined }] });
    this.onEnded();
  }

  /** Signs a user out everywhere. @throws StateError */
  async closeAll(name: string): Promise<void> {
    const user = userOf(this.#store, name);
    if (user === undefined) return;
    const keys = [...this.#store.table('sessions')].filter(([, value]) => readKept(value)?.user === name);
    const gone = keys.map(([key]) => ({ table: 'sessions', key, value: undefined }) as const);
    await this.#store.commit({ puts: [putUser({ ...user, generation: newGeneration() }), ...gone] });
    this.onEnded();
  }

  /** Forgets sessions that are over. @throws StateError */
  async tidy(): Promise<void> {
    const over = [...this.#store.table('sessions').keys()].filter((key) => this.byKey(key) === undefined);
    if (over.length === 0) return;
    await this.#store.commit({ puts: over.map((key) => ({ table: 'sessions', key, value: undefined })) });
  }

  #superfluous(name: string): string[] {
    const own = [...this.#store.table('sessions')].flatMap(([key, value]) => {
      const kept = readKept(value);
      return kept?.user === name ? [{ key, createdMs: kept.createdMs }] : [];
    });
    const excess = own.length + 1 - maxOfUser;
    if (excess <= 0) return [];
    return own
      .sort((a, b) => a.createdMs - b.createdMs)
      .slice(0, excess)
      .map(({ key }) => key);
  }
}

function keyOf(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}

function readKept(value: unknown): Kept | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const kept = value as Partial<Kept>;
  const isWhole =
    typeof kept.user === 'string' && typeof kept.generation === 'number' && typeof kept.expiresMs === 'number';
  return isWhole ? (kept as Kept) : undefined;
}
