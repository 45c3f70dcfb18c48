/** The route table: which paths there are, and what answers them. */
import { type AnswerContext, answer } from '../core/answer.ts';
import { ipxeBootstrap } from '../core/boot-script.ts';
import { decodeLatin1 } from '../core/byte-string.ts';
import { configEndpoints } from '../core/endpoint.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { serveBytes } from './content.ts';
import { plainResponse, type Request, type Response } from './message.ts';

/** What routes are answered from. */
export interface RouteContext {
  readonly snapshot: Snapshot;
  /** The server takes no more requests: it is not ready any more. */
  readonly stopping: boolean;
  readonly answers: AnswerContext;
}

export interface Route {
  /** The path without its slash; also the name in metrics. */
  readonly name: string;
  readonly respond: (context: RouteContext, request: Request, rawQuery: string) => Response;
  /** Whether `<path>.sig` and `<path>.asc` sign the answer, once there is a key ring. */
  readonly signable: boolean;
}

export const routes: readonly Route[] = [
  { name: '', signable: false, respond: () => text('home', 'matchbox\n') },
  { name: 'boot.ipxe', signable: true, respond: () => text('boot.ipxe', ipxeBootstrap) },
  { name: 'boot.ipxe.0', signable: true, respond: () => text('boot.ipxe', ipxeBootstrap) },
  ...configEndpoints.map(
    (endpoint): Route => ({
      name: endpoint,
      signable: true,
      respond: ({ snapshot, answers }, request, rawQuery) => {
        const query = decodeLatin1(rawQuery);
        const { status, contentType, body, retryAfterSeconds, story } = answer(snapshot, endpoint, query, {
          ...answers,
          accept: endpoint === 'ignition' ? request.headers.accept : undefined,
        });
        const outcome = { endpoint, reason: story.reason, story };
        if (status === 200 && contentType === undefined) return { ...serveBytes(request, body), outcome };
        const headers: Record<string, string> = {
          'Content-Type': contentType ?? 'text/plain; charset=utf-8',
          'Content-Length': `${body.length}`,
        };
        if (status !== 200) headers['X-Content-Type-Options'] = 'nosniff';
        if (retryAfterSeconds !== undefined) headers['Retry-After'] = `${retryAfterSeconds}`;
        return { status, headers, body, outcome };
      },
    }),
  ),
  { name: 'healthz', signable: false, respond: () => text('healthz', 'ok\n') },
  {
    name: 'readyz',
    signable: false,
    respond: ({ stopping }) =>
      stopping ? plainResponse(503, 'stopping\n', { endpoint: 'readyz', reason: 'stopping' }) : text('readyz', 'ok\n'),
  },
];

const encoder = new TextEncoder();

function text(endpoint: string, content: string): Response {
  const body = encoder.encode(content);
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': `${body.length}` };
  return { status: 200, headers, body, outcome: { endpoint, reason: 'ok' } };
}
