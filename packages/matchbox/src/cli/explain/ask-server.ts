/** Asks a running server's admin address to explain. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type Explanation, explanationVersion } from '../../foresight/explain/explanation.ts';
import { ExplainError } from './error.ts';

interface AskOptions {
  /** The `Accept` header of the machine's Ignition. */
  readonly accept: string | undefined;
  readonly signal: AbortSignal;
}

const timeoutMs = 15_000;
/** A machine with thousands of labels and a group with a long list stay below. */
const maxAnswerBytes = 64 * 1024 * 1024;

/**
 * @param endpoint `http://127.0.0.1:9090`, or short: `127.0.0.1:9090`, `:9090`, `9090`
 * @param rawQuery without spaces and control characters, which no request line can hold
 * @throws ExplainError
 */
export async function askServer(endpoint: string, rawQuery: string, options: AskOptions): Promise<Explanation> {
  const base = endpointUrl(endpoint);
  const { status, type, body } = await get(base, targetOf(base, rawQuery), options);
  const attempt = `asking ${base.origin}/explain`;
  if (status === 404) {
    throw new ExplainError('bad_answer', `${attempt}: it answers 404; is that the address of -admin-address?`);
  }
  if (status !== 200) throw new ExplainError('bad_answer', `${attempt}: it answers ${status}: ${firstLine(body)}`);
  return decode(attempt, type, body);
}

function endpointUrl(endpoint: string): URL {
  const address = /^:?\d+$/.test(endpoint) ? `127.0.0.1:${endpoint.replace(':', '')}` : endpoint;
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `http://${address}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const wanted = "the address of a server's -admin-address, such as http://127.0.0.1:9090";
    throw new ExplainError('bad_endpoint', `-endpoint ${JSON.stringify(endpoint)}: wanted ${wanted}`);
  }
  return url;
}

/** The query goes out byte for byte, as a machine's does. */
function targetOf({ pathname }: URL, rawQuery: string): string {
  const path = `${pathname.replace(/\/(explain)?$/, '')}/explain`;
  return `${path}?${Buffer.from(rawQuery, 'utf8').toString('latin1')}`;
}

interface Answered {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

function get(base: URL, path: string, { accept, signal }: AskOptions): Promise<Answered> {
  const send = base.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => {
      const { code, message } = cause as { code?: unknown; message?: unknown };
      // Node's message is empty where it tried several addresses.
      const reason = typeof message === 'string' && message !== '' ? message : String(code ?? cause);
      const next = code === undefined ? '' : '; does a server run with -admin-address there?';
      reject(new ExplainError('unreachable', `asking ${base.origin}/explain: ${reason}${next}`, { cause }));
    };
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const { hostname, port } = base;
    const request = send(
      {
        hostname: hostname.replace(/^\[|\]$/g, ''),
        ...(port !== '' && { port }),
        path,
        headers: { Accept: accept === undefined ? 'application/json' : `application/json, ${accept}` },
        agent: false,
        signal: limit,
      },
      (message) => {
        const type = message.headers['content-type'] ?? '';
        readBody(message).then((body) => resolve({ status: message.statusCode ?? 0, type, body }), fail);
      },
    );
    request.on('error', (error) =>
      fail(limit.aborted && !signal.aborted ? new Error(`no answer for ${timeoutMs / 1000} s`) : error),
    );
    request.end();
  });
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxAnswerBytes) {
      message.destroy();
      throw new Error(`the answer is longer than ${maxAnswerBytes / 1024 / 1024} MB`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Of a version that is ours the shape is trusted: it is our own server's. */
function decode(attempt: string, type: string, body: string): Explanation {
  const found = type.startsWith('application/json') ? parse(body) : undefined;
  const version = typeof found === 'object' && found !== null ? (found as { version?: unknown }).version : undefined;
  if (version === explanationVersion) return found as Explanation;
  const what =
    version === undefined
      ? `its answer is no explanation but ${type || 'of no type'}: ${firstLine(body)}`
      : `it answers in version ${JSON.stringify(version)} of the format, and this program reads ${explanationVersion}`;
  throw new ExplainError('bad_answer', `${attempt}: ${what}`);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function firstLine(body: string): string {
  return JSON.stringify(body.split('\n')[0]!.slice(0, 200));
}
