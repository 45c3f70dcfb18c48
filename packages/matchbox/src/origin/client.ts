/** Asks the origin for a file: signed for S3, with redirects followed within limits. What clients say is in the path and nowhere else. */
import { readFileSync } from 'node:fs';
import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Readable } from 'node:stream';
import { type OriginAddress, OriginError } from './address.ts';
import { type Environment, readAwsSettings } from './credentials.ts';
import { emptyPayloadHash, encodeKey, signRequest } from './sigv4.ts';

export interface OriginAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: IncomingMessage;
}

export interface OriginClient {
  /** @param path cleaned, one character a byte, with a slash at its beginning @throws OriginError */
  get(path: string, method?: 'GET' | 'HEAD'): Promise<OriginAnswer>;
  /** At most so many bytes of a small file; undefined when there is none, or it is larger. @throws OriginError `away` */
  getText(path: string, mostBytes: number): Promise<string | undefined>;
  /** Of S3 only, which compares the sum. @throws OriginError */
  put(path: string, content: SentContent): Promise<void>;
}

/** What is sent to the origin. */
export interface SentContent {
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
  /** Opens it; a redirect may want it again. */
  readonly open: () => Readable;
}

const mostRedirects = 5;
/** To connect, and between two pieces of an answer. */
const silentMs = 20_000;

export function createOriginClient(address: OriginAddress, env: Environment, now = () => new Date()): OriginClient {
  const ca = caOf(env);
  const send = async (method: string, path: string, body?: SentContent): Promise<OriginAnswer> => {
    let url = new URL(`${address.prefix}${encodeKey(path)}`, address.base);
    for (let redirects = 0; ; redirects++) {
      const isOwn = url.origin === address.base.origin;
      const headers = isOwn ? headersFor(address, { method, url, body }, env, now()) : {};
      const answer = await once(url, { method, headers, ca }, body);
      const location = answer.headers.location;
      if (answer.status < 300 || answer.status >= 400 || location === undefined || answer.status === 304) return answer;
      answer.body.destroy();
      if (redirects >= mostRedirects) throw refused(address, path, `more than ${mostRedirects} redirects`);
      const next = followed(url, location, (why) => refused(address, path, why));
      // A folder's name: what would come is a list of what is in it.
      if (next.pathname === `${url.pathname}/`) return { ...answer, status: 404 };
      url = next;
    }
  };
  return {
    get: (path, method = 'GET') => send(method, path),
    getText: async (path, mostBytes) => {
      const { status, body } = await send('GET', path);
      if (status !== 200) {
        body.destroy();
        if (status >= 500) throw new OriginError('away', `${address.shown}${path}: HTTP ${status}`);
        return undefined;
      }
      return textOf(body, mostBytes);
    },
    put: async (path, content) => {
      const { status, body } = await send('PUT', path, content);
      const text = await textOf(body, 4096);
      if (status === 200) return;
      const code = /<Code>(\w+)<\/Code>/.exec(text ?? '')?.[1];
      throw new OriginError('refused', `write ${address.shown}${path}: HTTP ${status}${code ? ` (${code})` : ''}`);
    },
  };
}

interface Sent {
  readonly method: string;
  readonly url: URL;
  readonly body?: SentContent | undefined;
}

/** Read anew each time: credentials are renewed while the server runs. */
function headersFor({ region }: OriginAddress, { method, url, body }: Sent, env: Environment, now: Date) {
  const hash = body && Buffer.from(body.sha256, 'hex');
  const headers: Record<string, string> = {
    host: url.host,
    ...(body !== undefined && { 'content-length': `${body.size}` }),
    ...(region !== undefined && method !== 'PUT' && { 'x-amz-checksum-mode': 'ENABLED' }),
    ...(hash !== undefined && { 'x-amz-checksum-sha256': hash.toString('base64') }),
  };
  if (region === undefined) return headers;
  const { credentials } = readAwsSettings(env);
  if (credentials === undefined) return headers;
  const payloadHash = hash?.toString('hex') ?? emptyPayloadHash;
  return signRequest({ method, path: url.pathname, query: [], headers, payloadHash }, credentials, { region, now });
}

function followed(from: URL, location: string, refuse: (why: string) => OriginError): URL {
  let to: URL;
  try {
    to = new URL(location, from);
  } catch {
    throw refuse('a redirect to what is no URL');
  }
  if (to.protocol !== 'https:' && !(to.protocol === 'http:' && from.protocol === 'http:')) {
    throw refuse(`a redirect from ${from.protocol}// to ${to.protocol}//`);
  }
  if (to.hostname !== from.hostname && isOfThisMachine(to.hostname)) throw refuse(`a redirect to ${to.hostname}`);
  return to;
}

/** Addresses that mean something else here than at the origin: loopback, and where clouds keep credentials. */
function isOfThisMachine(host: string): boolean {
  return /^(localhost$|.*\.localhost$|127\.|0\.|169\.254\.|\[(::1?\]|fe[89ab]|::ffff:))/i.test(host);
}

function refused({ shown }: OriginAddress, path: string, why: string): OriginError {
  return new OriginError('refused', `${shown}${path}: ${why}`);
}

interface Asked {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly ca: string | undefined;
}

function once(url: URL, { method, headers, ca }: Asked, sent?: SentContent): Promise<OriginAnswer> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const asked = send(url, { method, headers, timeout: silentMs, ...(ca !== undefined && { ca }) }, (body) => {
      body.setTimeout(silentMs, () => body.destroy(new Error(`nothing came for ${silentMs / 1000} s`)));
      resolve({ status: body.statusCode ?? 0, headers: body.headers, body });
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${silentMs / 1000} s`)));
    asked.on('error', (error) => {
      reject(new OriginError('away', `ask ${url.origin}: ${error.message}`, { cause: error }));
    });
    if (sent === undefined) asked.end();
    else
      sent
        .open()
        .on('error', (error) => asked.destroy(error))
        .pipe(asked);
  });
}

async function textOf(body: IncomingMessage, mostBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > mostBytes) return undefined;
    }
  } catch (error) {
    throw new OriginError('away', `an answer was cut off: ${(error as Error).message}`, { cause: error });
  }
  return Buffer.concat(chunks).toString();
}

function caOf({ AWS_CA_BUNDLE: path }: Environment): string | undefined {
  if (path === undefined || path === '') return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new OriginError('bad_address', `AWS_CA_BUNDLE: ${(error as Error).message}`, { cause: error });
  }
}
