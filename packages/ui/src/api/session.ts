/** Who is signed in, and the ways in and out. */
import { signal } from '@preact/signals';

export interface Who {
  readonly name: string;
  readonly role: 'viewer' | 'operator';
  readonly expiresMs: number | undefined;
}

export interface Ways {
  readonly link: boolean;
  readonly proxy: boolean;
}

/** undefined: not known yet; null: nobody. */
export const who = signal<Who | null | undefined>(undefined);
export const ways = signal<Ways>({ link: false, proxy: false });
/** Why signing in did not work; what the sign-in page shows. */
export const signInFault = signal('');

export const isOperator = () => who.value?.role === 'operator';

export async function begin(): Promise<void> {
  await takeSecret();
  await ask();
  // A link that is opened where the page is already loads nothing anew.
  addEventListener('hashchange', () => void takeSecret().then((isTaken) => (isTaken ? ask() : undefined)));
}

/** Takes the one-time secret out of the address at once, so that it is in no history and no screenshot. @returns whether there was one */
async function takeSecret(): Promise<boolean> {
  const secret = /^#secret=([\w-]+)$/.exec(location.hash)?.[1];
  if (secret === undefined) return false;
  history.replaceState(null, '', location.pathname + location.search);
  const { status, body } = await send('/session/link', { secret });
  signInFault.value = status === 200 ? '' : messageOf(body);
  return true;
}

export async function ask(): Promise<void> {
  const { status, body } = await send('/session/who', {});
  if (status !== 200 && status !== 401) {
    signInFault.value = status === 0 ? 'The server cannot be reached.' : messageOf(body);
    who.value = null;
    return;
  }
  const found = body as { ways?: Ways } & Who;
  if (found.ways) ways.value = found.ways;
  who.value = status === 200 ? { name: found.name, role: found.role, expiresMs: found.expiresMs } : null;
}

/** The server says that the session is over. What is on the page stays until somebody signs in. */
export function signedOut(): void {
  if (who.value) signInFault.value = 'You were signed out, or the session has ended.';
  who.value = null;
}

export async function signIn(user: string, password: string): Promise<void> {
  const { status, body } = await send('/session/password', { user, password });
  signInFault.value = status === 200 ? '' : messageOf(body);
  if (status === 200) await ask();
}

export async function askForLink(): Promise<string> {
  const { status, body } = await send('/session/new-link', {});
  return status === 200 ? 'A new link is in the server’s log.' : messageOf(body);
}

/** Nobody is told that they are signed out who are not. @returns what stood in the way; '' for nothing */
export async function signOut(everywhere: boolean): Promise<string> {
  const { status, body } = await send(everywhere ? '/session/end-all' : '/session/end', {});
  // The session was over before.
  if (status !== 200 && status !== 401) return `You are still signed in. ${messageOf(body)}`;
  signInFault.value = '';
  who.value = null;
  return '';
}

async function send(path: string, body: unknown): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: parsed(text) };
  } catch {
    return { status: 0, body: { message: 'The server cannot be reached.' } };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.trim() };
  }
}

function messageOf(body: unknown): string {
  const message = (body as { message?: unknown } | null)?.message;
  return typeof message === 'string' ? message : 'That did not work.';
}
