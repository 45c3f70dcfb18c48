/** Requests and responses as plain data: what the handler knows of HTTP. Sockets are in `server.ts`, `respond.ts` and `refuse.ts`. */
import type { Story } from '../answer/answer.ts';
import type { FileBody } from './assets/file-body.ts';

export interface Request {
  readonly method: string;
  /** As sent, one character a byte (Latin-1). */
  readonly target: string;
  /** By lower-case name; of repeated headers what Node makes of them. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** `192.0.2.7:51234` */
  readonly remoteAddress: string;
  /** The client has left: nobody reads the answer. */
  readonly gone?: boolean;
  /** Says that the answer takes more than a moment. @returns false when too much is in work already: answer with `busyResponse` */
  enter?(): boolean;
  /** The body, of the few paths that take one. @returns undefined when it is too large, or the client is gone */
  readBody?(): Promise<Uint8Array | undefined>;
}

/** How a response came about, for the log and for metrics. */
export interface Outcome {
  /** The route's name, from a closed set. */
  readonly endpoint: string;
  readonly reason: string;
  readonly story?: Story;
  /** What the operator should know besides. */
  readonly note?: string;
  /** The body did not go out whole: how much did, and why. */
  readonly cut?: string;
}

export interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | FileBody;
  readonly outcome: Outcome;
}

const encoder = new TextEncoder();

/** A body of text with the headers that Go's `http.Error` sets. */
export function plainResponse(status: number, text: string, outcome: Outcome): Response {
  const body = encoder.encode(text);
  const headers = {
    'Content-Type': 'text/plain; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    'Content-Length': `${body.length}`,
  };
  return { status, headers, body, outcome };
}

/** Firmware waits so long and asks again by itself (iPXE does, and Ignition). */
const busySeconds = 2;

/** Too much is in work. */
export function busyResponse(endpoint: string): Response {
  const { headers, ...rest } = plainResponse(503, 'too much is in work; ask again\n', { endpoint, reason: 'busy' });
  return { ...rest, headers: { ...headers, 'Retry-After': `${busySeconds}` } };
}

export function notFound(endpoint: string): Response {
  return plainResponse(404, '404 page not found\n', { endpoint, reason: 'no_route' });
}
