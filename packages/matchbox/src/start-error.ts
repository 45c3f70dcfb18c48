/** Why the server cannot start, and the listen addresses it understands. */
import { errnoOf, lookupTcpPort, splitHostPort, systemMessage } from '@matchbox/gotext';

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
  const fail = (fault: string) => new StartError('bad_address', `failed to start listening: listen tcp: ${fault}`);
  const parts = splitHostPort(address);
  if ('fault' in parts) throw fail(parts.fault);
  const port = lookupTcpPort(parts.port);
  if (typeof port !== 'number') throw fail(port.fault);
  return { host: parts.host === '' ? undefined : parts.host, port };
}

/** What is said of an address that cannot be served, in Go's words. */
export function listenError(cause: unknown, address: string): StartError {
  if (cause instanceof StartError) return cause;
  return new StartError('listen_failed', `failed to start listening: ${listenFault(cause, address)}`, {
    cause,
    advice: listenAdvice(cause, address),
  });
}

interface ListenFault {
  /** What Go says it was doing. */
  readonly action: 'bind: ' | '';
  /** Go's words, where they are not the system's. */
  readonly text?: string;
  readonly advice: (port: string) => string;
}

/** What the system can have against an address. */
const listenFaults: Readonly<Record<string, ListenFault>> = {
  EADDRINUSE: {
    action: 'bind: ',
    advice: (port) =>
      `Another program has port ${port}, or another address of this server (ss -ltnp names it): stop it, or give another port.`,
  },
  EACCES: {
    action: 'bind: ',
    advice: () => 'Ports below 1024 need a privilege: give one above, such as 8080.',
  },
  EADDRNOTAVAIL: {
    action: 'bind: ',
    advice: () => 'This computer has no such address: give one that it has, or 0.0.0.0 for all of them.',
  },
  ENOTFOUND: {
    action: '',
    text: 'no such host',
    advice: () => 'Give an address of this computer, or 0.0.0.0 for all of them.',
  },
  EAI_AGAIN: {
    action: '',
    advice: () =>
      'The name server does not answer: give an address of this computer instead of a name, or 0.0.0.0 for all of them.',
  },
};

/** Whether it is about an address, and not about a file. */
export function isListenFault(error: unknown): boolean {
  const syscall = error instanceof Error && 'syscall' in error ? error.syscall : undefined;
  return syscall === 'listen' || syscall === 'bind' || syscall === 'getaddrinfo';
}

/** What to do about an address that cannot be listened on. */
function listenAdvice(error: unknown, address: string): string | undefined {
  return listenFaults[errnoOf(error) ?? '']?.advice(address.slice(address.lastIndexOf(':') + 1));
}

function listenFault(error: unknown, address: string): string {
  const code = errnoOf(error) ?? '';
  // What OpenSSL has against a certificate (a key too short, for instance) is no fault of the address.
  if (code.startsWith('ERR_')) return `tls: ${(error as Error).message}`;
  const { action = '', text } = listenFaults[code] ?? {};
  return `listen tcp ${address}: ${action}${text ?? systemMessage(error)}`;
}
