/** The route table: which paths there are, and what answers them. */
import { decodeLatin1 } from '@matchbox/gotext';
import { type AnswerContext, answer } from '../answer/answer.ts';
import { ipxeBootstrap } from '../answer/boot-script.ts';
import { answerEndpoints, type ConfigEndpoint } from '../answer/endpoint.ts';
import { fallbackOf, netbootAnswer, netbootBootstrap } from '../answer/netboot-script.ts';
import type { Snapshot } from '../data/snapshot.ts';
import { serveBytes } from './content.ts';
import type { Request, Response } from './message.ts';
import { readyResponse, type StoreReadiness } from './readiness.ts';

/** What routes are answered from. */
export interface RouteContext {
  readonly snapshot: Snapshot;
  /** The server takes no more requests: it is not ready any more. */
  readonly stopping: boolean;
  readonly answers: AnswerContext;
  /** How the server stands to its store, for `/readyz`. */
  readonly store?: StoreReadiness | undefined;
}

export interface Route {
  /** The path without its slash; also the name in metrics. */
  readonly name: string;
  readonly respond: (context: RouteContext, request: Request, rawQuery: string) => Response | Promise<Response>;
  /** Whether `<path>.sig` and `<path>.asc` sign the answer, once there is a key ring. */
  readonly signable: boolean;
}

export const routes: readonly Route[] = [
  { name: '', signable: false, respond: () => text('home', 'matchbox\n') },
  { name: 'boot.ipxe', signable: true, respond: () => text('boot.ipxe', ipxeBootstrap) },
  { name: 'boot.ipxe.0', signable: true, respond: () => text('boot.ipxe', ipxeBootstrap) },
  {
    name: 'netboot.ipxe',
    signable: false,
    respond: ({ snapshot, answers }, request, rawQuery) => {
      const query = decodeLatin1(rawQuery);
      const fallback = fallbackOf(query);
      // Without labels it is the script that asks for itself with them.
      if (!/(^|&)(mac|uuid)=/.test(query)) return text('netboot.ipxe', netbootBootstrap(fallback));
      const context = contextOf(answers, request);
      return onceKept(() => {
        const { body, story } = netbootAnswer(snapshot, query, context, fallback);
        return { ...text('netboot.ipxe', body), outcome: { endpoint: 'netboot.ipxe', reason: story.reason, story } };
      });
    },
  },
  ...answerEndpoints.map(
    (endpoint): Route => ({
      name: endpoint,
      signable: true,
      respond: (context, request, rawQuery) => onceKept(() => configResponse(context, endpoint, request, rawQuery)),
    }),
  ),
  { name: 'healthz', signable: false, respond: () => text('healthz', 'ok\n') },
  {
    name: 'readyz',
    signable: false,
    respond: ({ stopping, store }, request, rawQuery) =>
      readyResponse({ store, obstacle: stopping ? 'stopping' : undefined }, request, rawQuery),
  },
];

/**
 * A machine begins with a rollout only once that is durable: until then it waits, some milliseconds, once in its life. Every other
 * answer is made at once.
 */
function onceKept(respond: () => Response): Response | Promise<Response> {
  const response = respond();
  const kept = response.outcome.story?.rollout?.kept;
  return kept === undefined ? response : kept.then(() => onceKept(respond));
}

/** Spec: RFC 9110 section 9.2.1: link checkers and firmware that wants a size ask by HEAD, and mean nothing by it. */
function contextOf(
  { gzip, ignitionCache, machines }: AnswerContext,
  { method, remoteAddress }: Request,
  accept?: string,
): AnswerContext {
  return {
    accept,
    gzip,
    ignitionCache,
    machines: method === 'HEAD' ? (machines?.looking ?? machines) : machines,
    address: withoutPort(remoteAddress),
  };
}

function configResponse(
  { snapshot, answers }: RouteContext,
  endpoint: ConfigEndpoint,
  request: Request,
  rawQuery: string,
): Response {
  const accept = endpoint === 'ignition' ? request.headers.accept : undefined;
  const context = contextOf(answers, request, accept);
  const { status, contentType, body, retryAfterSeconds, story } = answer(
    snapshot,
    endpoint,
    decodeLatin1(rawQuery),
    context,
  );
  const outcome = { endpoint, reason: story.reason, story };
  if (status === 200 && contentType === undefined) return { ...serveBytes(request, body), outcome };
  const headers: Record<string, string> = {
    'Content-Type': contentType ?? 'text/plain; charset=utf-8',
    'Content-Length': `${body.length}`,
  };
  if (status !== 200) headers['X-Content-Type-Options'] = 'nosniff';
  if (retryAfterSeconds !== undefined) headers['Retry-After'] = `${retryAfterSeconds}`;
  return { status, headers, body, outcome };
}

/** `192.0.2.7` of `192.0.2.7:51234`; `::1` of `[::1]:51234`. */
export function withoutPort(remoteAddress: string): string {
  const address = remoteAddress.slice(0, remoteAddress.lastIndexOf(':'));
  return address.startsWith('[') ? address.slice(1, -1) : address;
}

const encoder = new TextEncoder();

function text(endpoint: string, content: string | Uint8Array): Response {
  const body = typeof content === 'string' ? encoder.encode(content) : content;
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': `${body.length}` };
  return { status: 200, headers, body, outcome: { endpoint, reason: 'ok' } };
}
