/** Requests and responses as plain data: what the handler knows of HTTP. Sockets are in `server.ts`. */
import type { Story } from '../core/answer.ts';
import type { FileBody } from './assets/file-body.ts';

export interface Request {
  readonly method: string;
  /** As sent, one character a byte (Latin-1). */
  readonly target: string;
  /** By lower-case name; of repeated headers what Node makes of them. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** `192.0.2.7:51234` */
  readonly remoteAddress: string;
}

/** How a response came about, for the log and for metrics. */
export interface Outcome {
  /** The route's name, from a closed set. */
  readonly endpoint: string;
  readonly reason: string;
  readonly story?: Story;
  /** What the operator should know besides. */
  readonly note?: string;
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

export function notFound(endpoint: string): Response {
  return plainResponse(404, '404 page not found\n', { endpoint, reason: 'no_route' });
}
