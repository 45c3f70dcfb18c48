/** What the admin address answers: a table of paths, such as metrics and health. */
import type { AnswerContext } from '../../core/answer.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import type { Handler } from '../handler.ts';
import { plainResponse, type Request, type Response } from '../message.ts';
import { parseTarget } from '../target.ts';
import { explainResponse } from './explain.ts';

export interface AdminHandlerOptions {
  readonly snapshot: () => Snapshot;
  /** As on the machine side, so that /explain and machines agree. */
  readonly answers?: AnswerContext | undefined;
  readonly metrics: { readonly contentType: string; text(snapshot: Snapshot): Promise<string> };
  /** Whether machines are served: not yet while starting, no more while stopping. */
  readonly ready: () => boolean;
}

interface AdminRoute {
  readonly path: string;
  /** For the overview at `/`. */
  readonly about: string;
  readonly respond: (options: AdminHandlerOptions, request: Request, rawQuery: string) => Response | Promise<Response>;
}

/** In the order of the overview. */
export const adminRoutes: readonly AdminRoute[] = [
  { path: '/', about: 'this overview', respond: () => text('home', overview()) },
  {
    path: '/explain',
    about: 'why a machine gets what it gets: /explain?mac=52:54:00:a1:9c:ae',
    respond: explainResponse,
  },
  { path: '/metrics', about: 'metrics in the text format of Prometheus', respond: metricsResponse },
  { path: '/healthz', about: 'ok as long as the server runs', respond: () => text('healthz', 'ok\n') },
  { path: '/readyz', about: 'ok as long as the server takes requests', respond: readyResponse },
];

/** A machine's query has a few hundred characters. */
const maxTargetLength = 64 * 1024;

export function createAdminHandler(options: AdminHandlerOptions): Handler {
  return (request) => {
    if (request.target.length > maxTargetLength) {
      return plainResponse(414, 'the URL is too long\n', { endpoint: 'invalid', reason: 'url_too_long' });
    }
    const target = parseTarget(request.target);
    const route = adminRoutes.find(({ path }) => path === target?.escapedPath);
    if (target === undefined || route === undefined) {
      return plainResponse(404, `there is no such path here; there are\n${overview()}`, notServed);
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const refused = plainResponse(405, `${request.method} is not served here, GET is\n`, notServed);
      return { ...refused, headers: { ...refused.headers, Allow: 'GET, HEAD' } };
    }
    return route.respond(options, request, target.rawQuery);
  };
}

const notServed = { endpoint: 'none', reason: 'no_route' };

function overview(): string {
  return adminRoutes.map(({ path, about }) => `${path.padEnd(12)}${about}\n`).join('');
}

async function metricsResponse({ metrics, snapshot }: AdminHandlerOptions): Promise<Response> {
  const body = await metrics.text(snapshot());
  return text('metrics', body, metrics.contentType);
}

function readyResponse({ ready }: AdminHandlerOptions): Response {
  if (ready()) return text('readyz', 'ok\n');
  return plainResponse(503, 'not serving\n', { endpoint: 'readyz', reason: 'stopping' });
}

function text(endpoint: string, content: string, contentType = 'text/plain; charset=utf-8'): Response {
  const { headers, ...rest } = plainResponse(200, content, { endpoint, reason: 'ok' });
  // Nothing here is true for long.
  return { ...rest, headers: { ...headers, 'Content-Type': contentType, 'Cache-Control': 'no-store' } };
}
