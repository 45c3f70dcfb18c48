/** What the admin address answers: a table of paths, such as metrics and health. */
import type { AnswerContext } from '../../answer/answer.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import type { StoreWatch } from '../../data/store-watch.ts';
import { limits } from '../../limits/limits.ts';
import type { Machines } from '../../machines/machines.ts';
import type { Handler } from '../handler.ts';
import { plainResponse, type Request, type Response } from '../message.ts';
import { readyResponse } from '../readiness.ts';
import { parseTarget } from '../target.ts';
import { explainResponse } from './explain.ts';
import { isForeign, isOwnHost } from './origin.ts';
import type { Shown, WorkerCounts } from './prometheus.ts';

export interface AdminHandlerOptions {
  readonly snapshot: () => Snapshot;
  /** As on the machine side, so that /explain and machines agree. */
  readonly answers?: AnswerContext | undefined;
  readonly metrics: { readonly contentType: string; text(shown: Shown): Promise<string> };
  readonly machines?: Machines | undefined;
  /** Names that the server goes by, in lower case, besides addresses and `localhost`. */
  readonly hostNames?: readonly string[];
  /** Whether machines are served: not yet while starting, no more while stopping. */
  readonly ready: () => boolean;
  /** How the server stands to its store. */
  readonly store?: StoreWatch | undefined;
  /** Decisions of the built-in network boot behind a number, each an object that becomes a line; absent where it is off. */
  readonly netboot?: ((after: number) => readonly object[] | undefined) | undefined;
  /** What processes that serve beside this one have counted. */
  readonly workers?: (() => Promise<WorkerCounts | undefined>) | undefined;
}

interface AdminRoute {
  readonly path: string;
  /** For the overview at `/`. */
  readonly about: string;
  /** It shows what pages of others are not to see, whatever name they reach the server by. */
  readonly guarded?: boolean;
  readonly respond: (options: AdminHandlerOptions, request: Request, rawQuery: string) => Response | Promise<Response>;
}

/** In the order of the overview. */
export const adminRoutes: readonly AdminRoute[] = [
  { path: '/', about: 'this overview', respond: () => text('home', overview()) },
  {
    path: '/explain',
    about: 'why a machine gets what it gets: /explain?mac=52:54:00:a1:9c:ae',
    guarded: true,
    respond: explainResponse,
  },
  {
    path: '/netboot',
    about: 'the last decisions of -netboot, a line of JSON each: /netboot?after=NUMBER',
    guarded: true,
    respond: netbootResponse,
  },
  { path: '/metrics', about: 'metrics in the text format of Prometheus', respond: metricsResponse },
  { path: '/healthz', about: 'ok as long as the server runs', respond: () => text('healthz', 'ok\n') },
  {
    path: '/readyz',
    about: 'ok as long as the server takes requests; /readyz?revision=N: once it has that revision',
    respond: ({ ready, store }, request, rawQuery) =>
      readyResponse({ store, obstacle: ready() ? undefined : 'not serving' }, request, rawQuery),
  },
];

export function createAdminHandler(options: AdminHandlerOptions): Handler {
  return (request) => {
    if (request.target.length > limits.adminTargetBytes) {
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
    if (route.guarded && !isOwnHost(request.headers.host, options.hostNames ?? [])) {
      return plainResponse(421, 'this server goes by no such name; ask it by its address\n', notServed);
    }
    if (route.guarded && isForeign(request)) {
      return plainResponse(403, 'pages of other origins may not ask here\n', notServed);
    }
    return route.respond(options, request, target.rawQuery);
  };
}

const notServed = { endpoint: 'none', reason: 'no_route' };

function overview(): string {
  return adminRoutes.map(({ path, about }) => `${path.padEnd(12)}${about}\n`).join('');
}

/** What a browser could be made to show is JSON, and nothing is kept. */
function netbootResponse({ netboot }: AdminHandlerOptions, _request: Request, rawQuery: string): Response {
  const after = /(?:^|&)after=(\d{1,15})(?:&|$)/.exec(rawQuery)?.[1] ?? '0';
  const decisions = netboot?.(Number(after));
  if (decisions === undefined) return plainResponse(404, 'network boot is off: -netboot turns it on\n', notServed);
  const lines = decisions.map((decision) => `${JSON.stringify(decision)}\n`);
  return text('netboot', lines.join(''), 'application/x-ndjson');
}

async function metricsResponse(options: AdminHandlerOptions): Promise<Response> {
  const { metrics, snapshot, machines, store, ready } = options;
  const status = store?.status();
  const isReady = ready() && status?.isStale !== true;
  const body = await metrics.text({
    snapshot: snapshot(),
    machines,
    store: status,
    isReady,
    workers: await options.workers?.(),
  });
  return text('metrics', body, metrics.contentType);
}

function text(endpoint: string, content: string, contentType = 'text/plain; charset=utf-8'): Response {
  const { headers, ...rest } = plainResponse(200, content, { endpoint, reason: 'ok' });
  // Nothing here is true for long.
  return { ...rest, headers: { ...headers, 'Content-Type': contentType, 'Cache-Control': 'no-store' } };
}
