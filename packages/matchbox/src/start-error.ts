/** Why the server cannot start, and the listen addresses it understands. */
import { errnoOf, systemMessage } from './store/errno.ts';

export type StartErrorCode = 'bad_path' | 'bad_address' | 'bad_key_ring' | 'listen_failed';

interface StartErrorOptions {
  readonly cause?: unknown;
  readonly hint?: string | undefined;
  readonly advice?: string | undefined;
}

export class StartError extends Error {
  readonly code: StartErrorCode;
  /** What is at fault and what to do, where the message is the original's and says neither. */
  readonly hint: string | undefined;
  /** The same for somebody at a terminal, where scripts know the original's line to the byte. */
  readonly advice: string | undefined;

  constructor(code: StartErrorCode, message: string, options: StartErrorOptions = {}) {
    super(message, options);
    this.name = 'StartError';
    this.code = code;
    this.hint = options.hint;
    this.advice = options.advice;
  }
}

/**
 * `127.0.0.1:8080`, `[::1]:8080`, `:8080`, `name:8080`.
 * @throws StartError `bad_address` with Go's words
 */
export function parseListenAddress(address: string): { host: string | undefined; port: number } {
  const fail = (reason: string) =>
    new StartError('bad_address', `failed to start listening: listen tcp: address ${reason}`);
  const colon = address.lastIndexOf(':');
  if (colon < 0 || address.endsWith(']')) throw fail(`${address}: missing port in address`);
  const host = address.slice(0, colon);
  const port = address.slice(colon + 1);
  if (host.includes(':') && !/^\[.*\]$/.test(host)) throw fail(`${address}: too many colons in address`);
  const named = { http: 80, https: 443 }[port];
  const number = named ?? (port === '' ? 0 : Number(port));
  if (!Number.isInteger(number) || number < 0 || number > 65_535) throw fail(`${port}: invalid port`);
  return { host: host === '' ? undefined : host.replace(/^\[|\]$/g, ''), port: number };
}

/** What is said of an address that cannot be served, in Go's words. */
export function listenError(cause: unknown, address: string): StartError {
  if (cause instanceof StartError) return cause;
  return new StartError('listen_failed', `failed to start listening: ${listenFault(cause, address)}`, {
    cause,
    advice: listenAdvice(cause, address),
  });
}

/** What to do about an address that cannot be listened on. */
export function listenAdvice(error: unknown, address: string): string | undefined {
  const port = address.slice(address.lastIndexOf(':') + 1);
  const advice: Readonly<Record<string, string>> = {
    EADDRINUSE: `Another program has port ${port}, or another address of this server (ss -ltnp names it): stop it, or give another port.`,
    EACCES: 'Ports below 1024 need a privilege: give one above, such as 8080.',
    EADDRNOTAVAIL: 'This computer has no such address: give one that it has, or 0.0.0.0 for all of them.',
    ENOTFOUND: 'Give an address of this computer, or 0.0.0.0 for all of them.',
  };
  return advice[errnoOf(error) ?? ''];
}

const listenReasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'bind: address already in use',
  EACCES: 'bind: permission denied',
  EADDRNOTAVAIL: 'bind: cannot assign requested address',
  ENOTFOUND: 'no such host',
};

function listenFault(error: unknown, address: string): string {
  const code = errnoOf(error) ?? '';
  // What OpenSSL has against a certificate (a key too short, for instance) is no fault of the address.
  if (code.startsWith('ERR_')) return `tls: ${(error as Error).message}`;
  return `listen tcp ${address}: ${listenReasons[code] ?? systemMessage(error)}`;
}
