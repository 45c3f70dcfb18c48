/** What the parts of one HTTP server share. */
import type { Socket } from 'node:net';
import type { Metrics } from '../log/metrics.ts';
import type { Capacity } from './capacity.ts';
import type { Handler } from './handler.ts';
import { plainResponse, type Request, type Response } from './message.ts';
import type { RequestGate } from './request-gate.ts';
import type { RequestLog } from './request-log.ts';

export interface Edge {
  readonly handler: Handler;
  readonly requestLog: RequestLog;
  readonly metrics: Metrics;
  readonly capacity: Capacity;
  /** Called with what should not happen: an error that is nobody's answer. */
  readonly onError: (error: unknown, request: Request) => void;
  /** Of each HTTP/1.1 connection. */
  readonly gates: WeakMap<Socket, RequestGate>;
  /** Of each connection that has begun to talk; with TLS, of the socket below. */
  readonly talks: WeakMap<Socket, { readonly isIdle: boolean }>;
}

export const noRequest: Request = { method: '', target: '', headers: {}, remoteAddress: '' };

export function ignoreError(): void {}

export function remoteAddressOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
}

/** The answer to an error that is nobody's answer; it does not tell the client what failed. */
export function internalError(edge: Edge, request: Request, error: unknown): Response {
  edge.onError(error, request);
  return plainResponse(500, '500 Internal Server Error\n', { endpoint: 'none', reason: 'internal_error' });
}

/** Why a body did not go out whole. */
export type Cut = 'client_gone' | 'file_truncated' | 'read_failed';

const cutWords: Readonly<Record<Cut, string>> = {
  client_gone: 'the client is gone or took nothing for too long',
  file_truncated: 'the file is shorter than it was when the answer began',
  read_failed: 'the file cannot be read',
};

export interface Ended {
  /** `performance.now()` when the request came. */
  readonly started: number;
  /** Of a body that was cut off. */
  readonly cut?: { readonly reason: Cut; readonly sentBytes: number } | undefined;
}

/** Logs and counts a request that is over. */
export function finish(
  { requestLog, metrics }: Edge,
  request: Request,
  { status, headers, outcome: made }: Pick<Response, 'status' | 'headers' | 'outcome'>,
  { started, cut }: Ended,
): void {
  const milliseconds = performance.now() - started;
  const announced = Number(headers['Content-Length'] ?? 0);
  const bytes = cut === undefined ? announced : Math.min(cut.sentBytes, announced);
  const outcome =
    cut === undefined
      ? made
      : {
          ...made,
          reason: cut.reason,
          cut: `cut off after ${bytes} of ${announced} bytes: ${cutWords[cut.reason]}`,
        };
  requestLog.finished({ request, status, outcome, bytes, announcedBytes: announced, milliseconds });
  const { endpoint, reason } = outcome;
  const sent = request.method === 'HEAD' ? 0 : bytes;
  metrics.requestFinished({ endpoint, status, reason, bytes: sent, seconds: milliseconds / 1000 });
}
