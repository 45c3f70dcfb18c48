/** Requests to an image site: bounded in time without progress, retried, and clear about what went wrong. */
import { setTimeout as sleep } from 'node:timers/promises';
import { GetError } from './error.ts';

export interface ClientOptions {
  /** Milliseconds without a byte after which a request is given up and tried again. */
  readonly stallTimeoutMs: number;
  /** How many times in a row a request may fail without a byte of progress. */
  readonly attempts: number;
  /** Milliseconds before the second attempt; doubles with each further one, up to 16 times this. */
  readonly backoffMs: number;
  readonly signal: AbortSignal;
}

export const defaultClientOptions = { stallTimeoutMs: 30_000, attempts: 6, backoffMs: 500 } as const;

/** An answer whose body is handed out chunk by chunk, each of them resetting the stall timer. */
export interface OpenAnswer {
  readonly status: number;
  readonly headers: Headers;
  chunks(): AsyncGenerator<Uint8Array>;
  discard(): void;
}

/** Opens one request. Throws `GetError('network')` when no answer comes. */
export async function openUrl(
  url: string,
  headers: Readonly<Record<string, string>>,
  options: ClientOptions,
): Promise<OpenAnswer> {
  const abort = new AbortController();
  const stall = (): void =>
    abort.abort(new GetError('network', `${url}: no byte for ${options.stallTimeoutMs / 1000} s`));
  let timer = setTimeout(stall, options.stallTimeoutMs);
  const stop = (): void => abort.abort(options.signal.reason);
  options.signal.addEventListener('abort', stop, { once: true });
  const finish = (): void => {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', stop);
  };
  try {
    // identity: a transfer encoding would make ranges and sizes those of something else.
    const response = await fetch(url, { headers: { 'accept-encoding': 'identity', ...headers }, signal: abort.signal });
    async function* chunks(): AsyncGenerator<Uint8Array> {
      try {
        if (!response.body) return;
        for await (const chunk of response.body) {
          clearTimeout(timer);
          timer = setTimeout(stall, options.stallTimeoutMs);
          yield chunk;
        }
      } catch (cause) {
        throw networkError(url, abort.signal.aborted ? abort.signal.reason : cause);
      } finally {
        finish();
        abort.abort();
      }
    }
    const discard = (): void => {
      finish();
      abort.abort();
    };
    return { status: response.status, headers: response.headers, chunks, discard };
  } catch (cause) {
    finish();
    throw networkError(url, abort.signal.aborted ? abort.signal.reason : cause);
  }
}

/** Fetches a small text whole; `undefined` for 404 and 403 (object stores answer 403 for what they do not have). */
export async function fetchSmall(
  url: string,
  maximumBytes: number,
  options: ClientOptions,
): Promise<Uint8Array | undefined> {
  return retrying(options, async () => {
    const answer = await openUrl(url, {}, options);
    if (answer.status === 404 || answer.status === 403 || answer.status === 410) {
      answer.discard();
      return undefined;
    }
    refuseBadAnswer(url, answer);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of answer.chunks()) {
      size += chunk.length;
      if (size > maximumBytes)
        throw new GetError('not_a_file', `${url} is larger than ${maximumBytes} bytes; that is not what it should be`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  });
}

/** Throws unless the answer can be a file: no error status, no HTML page in its place. */
export function refuseBadAnswer(url: string, answer: OpenAnswer): void {
  const fault = faultOf(url, answer);
  if (!fault) return;
  answer.discard();
  throw fault;
}

function faultOf(url: string, { status, headers }: OpenAnswer): GetError | undefined {
  if (status === 404 || status === 403 || status === 410) {
    return new GetError(
      'not_found',
      `${url}: the site has no such file (status ${status}); is the version right, and built for this architecture?`,
    );
  }
  if (status >= 500 || status === 429)
    return new GetError('network', `${url}: the site answered with status ${status}`);
  if (status !== 200 && status !== 206)
    return new GetError('not_a_file', `${url}: the site answered with status ${status}; wanted 200 or 206`);
  if (/^text\/html\b/i.test(headers.get('content-type') ?? '')) {
    return new GetError(
      'not_a_file',
      `${url}: the site answered with a web page in place of the file; a proxy or login page may be in between. Open the address in a browser to see it`,
    );
  }
  return undefined;
}

/** Runs `action` until it succeeds; only network faults are tried again, after a growing pause. */
export async function retrying<T>(options: ClientOptions, action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof GetError) || error.code !== 'network' || attempt >= options.attempts) throw error;
      await pause(options, attempt);
    }
  }
}

/** Waits before the next attempt; throws `interrupted` when the user stops meanwhile. */
export async function pause(options: ClientOptions, attempt: number): Promise<void> {
  const delayMs = options.backoffMs * 2 ** Math.min(attempt - 1, 4);
  try {
    await sleep(delayMs, undefined, { signal: options.signal });
  } catch (cause) {
    throw interrupted(cause);
  }
}

function interrupted(cause: unknown): GetError {
  return new GetError('interrupted', 'stopped; run the same command again to go on where it stopped', { cause });
}

function networkError(url: string, cause: unknown): GetError {
  if (cause instanceof GetError) return cause;
  if (cause instanceof Error && cause.name === 'AbortError') return interrupted(cause);
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : '';
  return new GetError(
    'network',
    `${url}: ${reasons[code] ?? (inner instanceof Error ? inner.message : String(inner))}`,
    { cause },
  );
}

/** Node's codes in words. */
const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND:
    'the name does not resolve; is there a network and a name server? In a closed network use --base-url with a mirror',
  EAI_AGAIN: 'the name does not resolve for now; is there a network and a name server?',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  UND_ERR_SOCKET: 'the connection broke off',
  ETIMEDOUT: 'no answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'no answer in time',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; name its CA in NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown CA; name it in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an unknown CA; name it in NODE_EXTRA_CA_CERTS',
  CERT_HAS_EXPIRED: 'its certificate has expired',
};
