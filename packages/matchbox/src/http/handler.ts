/** Request in, response out: finds the route, or the asset, or what Go's ServeMux would say. */
import type { AnswerContext } from '../core/answer.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { serveAsset } from './assets/serve.ts';
import { notFound, plainResponse, type Request, type Response } from './message.ts';
import { redirect } from './redirect.ts';
import { type Route, type RouteContext, routes } from './routes.ts';
import { cleanPath, decodePath, parseTarget, type Target } from './target.ts';

/** Signs a body; the form decides between binary and armored. */
export type SignatureForm = 'sig' | 'asc';

export interface HandlerOptions {
  readonly snapshot: () => Snapshot;
  /** The folder of `/assets/`, or undefined to have none. */
  readonly assetsPath?: string | undefined;
  readonly answers?: AnswerContext;
  readonly stopping?: () => boolean;
  /** Answers `<path>.sig` and `<path>.asc` from the unsigned response; without it those paths do not exist. */
  readonly sign?:
    | ((response: Response, form: SignatureForm, request: Request) => Response | Promise<Response>)
    | undefined;
}

export type Handler = (request: Request) => Response | Promise<Response>;

/** A target longer than this is refused; what a machine sends has a few hundred characters. */
export const maxTargetLength = 256 * 1024;

const table: ReadonlyMap<string, Route> = new Map(routes.map((route) => [`/${route.name}`, route]));

export function createHandler(options: HandlerOptions): Handler {
  const context: RouteContext = {
    get snapshot() {
      return options.snapshot();
    },
    get stopping() {
      return options.stopping?.() ?? false;
    },
    answers: options.answers ?? {},
  };
  return (request) => {
    if (request.target.length > maxTargetLength) {
      return plainResponse(414, 'the URL is too long\n', { endpoint: 'invalid', reason: 'url_too_long' });
    }
    if (request.target === '*') return starResponse(request);
    const target = request.method === 'CONNECT' ? undefined : parseTarget(request.target);
    if (request.method === 'CONNECT') return notFound('none');
    if (target === undefined) {
      return plainResponse(400, '400 Bad Request: the path is malformed\n', {
        endpoint: 'invalid',
        reason: 'bad_target',
      });
    }
    return dispatch(options, context, request, target);
  };
}

/** Quirk: Go answers `OPTIONS *` with an empty 200 and `*` of any other method with a 400. */
function starResponse(request: Request): Response {
  const outcome = { endpoint: 'none', reason: 'ok' };
  if (request.method !== 'OPTIONS')
    return plainResponse(400, '400 Bad Request\n', { ...outcome, reason: 'bad_target' });
  return { status: 200, headers: { 'Content-Length': '0' }, body: new Uint8Array(), outcome };
}

function dispatch(
  options: HandlerOptions,
  context: RouteContext,
  request: Request,
  { escapedPath, rawQuery }: Target,
): Response | Promise<Response> {
  const path = cleanPath(escapedPath);
  if (options.assetsPath !== undefined && path === '/assets') return redirect(request, '/assets/', rawQuery);
  // What firmware asks for is clean; the exact paths of the table are never redirected.
  if (path !== escapedPath) return redirect(request, path, rawQuery);
  // Quirk: Go decodes segment by segment, so that an escaped slash is part of a name and matches no route.
  if (options.assetsPath !== undefined && path.startsWith('/assets/')) {
    return assetResponse(options.assetsPath, request, decodePath(path.slice('/assets'.length)), rawQuery);
  }
  const name = /%2f/i.test(path) ? path : decodePath(path);
  const route = table.get(name);
  if (route !== undefined) return route.respond(context, request, rawQuery);
  return (options.sign && signedResponse(options.sign, context, request, name, rawQuery)) ?? notFound('none');
}

/** Each signable route has two more forms; they are no routes of their own. */
function signedResponse(
  sign: NonNullable<HandlerOptions['sign']>,
  context: RouteContext,
  request: Request,
  name: string,
  rawQuery: string,
): Response | Promise<Response> | undefined {
  const form = /\.(sig|asc)$/.exec(name)?.[1] as SignatureForm | undefined;
  const route = form && table.get(name.slice(0, -4));
  return route?.signable ? sign(route.respond(context, request, rawQuery), form!, request) : undefined;
}

async function assetResponse(root: string, request: Request, path: string, rawQuery: string): Promise<Response> {
  const { status, headers, body, note } = await serveAsset(root, {
    method: request.method,
    headers: request.headers,
    path,
    rawQuery,
  });
  const reason = status < 400 ? 'ok' : `asset_${status}`;
  return { status, headers, body, outcome: { endpoint: 'assets', reason, ...(note !== undefined && { note }) } };
}
