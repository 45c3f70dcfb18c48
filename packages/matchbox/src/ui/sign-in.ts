/** The requests by which people sign in and out. */
import type { Attempts } from './attempts.ts';
import type { OneTimeLinks } from './one-time-links.ts';
import { BusyError, isPassword } from './password.ts';
import type { Session, Sessions } from './sessions.ts';
import { linkUser, type User } from './users.ts';

export interface SignInOptions {
  readonly sessions: Sessions;
  /** undefined: there is no signing in by link. */
  readonly links: OneTimeLinks | undefined;
  readonly attempts: Attempts;
  readonly userOf: (name: string) => User | undefined;
  /** Writes a new link to the log. */
  readonly announceLink: () => void;
  readonly log: (message: string, fields: Readonly<Record<string, string>>) => void;
  readonly now?: () => number;
}

export interface SignInRequest {
  readonly path: string;
  /** JSON, as parsed. */
  readonly body: unknown;
  readonly address: string;
  readonly session: Session | undefined;
}

export interface SignInAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** A session that begins. */
  readonly opened?: { readonly id: string; readonly maxAgeSeconds: number };
  /** The cookie goes. */
  readonly ended?: true;
  readonly retryAfterSeconds?: number;
}

type Action = (request: SignInRequest, options: SignInOptions) => Promise<SignInAnswer>;

/** Of these only the ends need a session. */
export const signInActions: Readonly<Record<string, { readonly needsSession: boolean; readonly run: Action }>> = {
  '/session/link': { needsSession: false, run: byLink },
  '/session/new-link': { needsSession: false, run: newLink },
  '/session/password': { needsSession: false, run: byPassword },
  '/session/end': { needsSession: true, run: end },
  '/session/end-all': { needsSession: true, run: endAll },
};

const refused: SignInAnswer = { status: 403, body: { message: 'that was not right' } };

async function byLink({ body, address }: SignInRequest, options: SignInOptions): Promise<SignInAnswer> {
  const { links, attempts, sessions } = options;
  if (links === undefined) return { status: 404, body: { message: 'this server signs nobody in by a link' } };
  const keys = [{ kind: 'address', value: address }] as const;
  const waitMs = attempts.waitMs(keys);
  if (waitMs > 0) return wait(waitMs);
  if (!links.take(textOf(body, 'secret'))) {
    attempts.failed(keys);
    options.log('a one-time link was refused', { address });
    return { status: 403, body: { message: 'this link was used already, or is older than ten minutes' } };
  }
  attempts.succeeded(keys);
  options.log('signed in by the one-time link', { address });
  return { status: 200, body: {}, opened: await sessions.open(linkUser) };
}

/** It goes to the log, which only who runs the server can read. */
const newLinkEveryMs = 10_000;
const lastLinks = new WeakMap<SignInOptions, number>();

async function newLink(_: SignInRequest, options: SignInOptions): Promise<SignInAnswer> {
  if (options.links === undefined) return { status: 404, body: { message: 'this server signs nobody in by a link' } };
  const now = (options.now ?? Date.now)();
  const waitMs = (lastLinks.get(options) ?? Number.NEGATIVE_INFINITY) + newLinkEveryMs - now;
  if (waitMs > 0) return wait(waitMs);
  lastLinks.set(options, now);
  options.announceLink();
  return { status: 200, body: {} };
}

async function byPassword({ body, address }: SignInRequest, options: SignInOptions): Promise<SignInAnswer> {
  const { attempts, sessions, userOf } = options;
  const name = textOf(body, 'user').slice(0, 64);
  const keys = [
    { kind: 'address', value: address },
    { kind: 'user', value: name },
  ] as const;
  const waitMs = attempts.waitMs(keys);
  if (waitMs > 0) return wait(waitMs);
  const user = name === linkUser ? undefined : userOf(name);
  // Counted before it is known, so that many at once are no way around it.
  attempts.failed(keys);
  try {
    if (!(await isPassword(textOf(body, 'password'), user?.password)) || user === undefined) {
      options.log('a password was refused', { address, user: name });
      return refused;
    }
  } catch (error) {
    if (error instanceof BusyError) return wait(1000);
    throw error;
  }
  attempts.succeeded(keys);
  options.log('signed in', { address, user: name });
  return { status: 200, body: {}, opened: await sessions.open(name) };
}

async function end({ session }: SignInRequest, { sessions }: SignInOptions): Promise<SignInAnswer> {
  await sessions.close(session!.key);
  return { status: 200, body: {}, ended: true };
}

async function endAll({ session, address }: SignInRequest, options: SignInOptions): Promise<SignInAnswer> {
  await options.sessions.closeAll(session!.user);
  options.log('signed out everywhere', { address, user: session!.user });
  return { status: 200, body: {}, ended: true };
}

function wait(waitMs: number): SignInAnswer {
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  return { status: 429, body: { message: `too many attempts: wait ${retryAfterSeconds} s` }, retryAfterSeconds };
}

function textOf(body: unknown, key: string): string {
  const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[key] : undefined;
  return typeof value === 'string' ? value : '';
}
