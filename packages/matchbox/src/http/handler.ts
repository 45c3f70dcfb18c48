/** Request in, response out: finds the route, or the asset, or what Go's ServeMux would say. */
import type { AnswerContext } from '../answer/answer.ts';
import { describedQuery, readDescription, readProvisioningHeaders } from '../answer/described-machine.ts';
import { readSeedPath } from '../answer/seed.ts';
import type { Snapshot } from '../data/snapshot.ts';
import { limits } from '../limits/limits.ts';
import type { ReportDesk } from '../machines/reports.ts';
import { KeptFiles } from './assets/kept-files.ts';
import { whoNames } from './assets/named-assets.ts';
import { type AssetRequest, type AssetResponse, serveAsset } from './assets/serve.ts';
import { serveBytes } from './content.ts';
import { reportResponse, takesReport } from './machine-report.ts';
import { busyResponse, notFound, plainResponse, type Request, type Response } from './message.ts';
import type { StoreReadiness } from './readiness.ts';
import { redirect } from './redirect.ts';
import { type Route, type RouteContext, routes, withoutPort } from './routes.ts';
import { cleanPath, decodePath, parseTarget, type Target } from './target.ts';
import { takesDescription } from './wanted-body.ts';

/** Signs a body; the form decides between binary and armored. */
export type SignatureForm = 'sig' | 'asc';

export interface HandlerOptions {
  readonly snapshot: () => Snapshot;
  /** The folder of `/assets/`, or undefined to have none. */
  readonly assetsPath?: string | undefined;
  /** Answers for `/assets/`; from the folder unless told otherwise. */
  readonly assets?: ((request: AssetRequest) => Promise<AssetResponse>) | undefined;
  readonly answers?: AnswerContext;
  /** The loader of `/netboot/NAME`, from memory: UEFI HTTP boot fetches it there. */
  readonly loader?: ((name: string, address: string) => Uint8Array | undefined) | undefined;
  readonly stopping?: () => boolean;
  /** How the server stands to its store, for `/readyz`. */
  readonly store?: StoreReadiness | undefined;
  /** Takes what machines report; without it that path does not exist. */
  readonly reports?: ReportDesk | undefined;
  /** Has somebody else answer what depends on more than files: reports, loaders, readiness. */
  readonly handOn?: ((request: Request) => Promise<Response>) | undefined;
  /** Signatures are handed on, too: one signature of a text is made, whoever is asked for it. */
  readonly handsOnSigned?: boolean;
  /** Answers `<path>.sig` and `<path>.asc` from the unsigned response; without it those paths do not exist. */
  readonly sign?:
    | ((response: Response, form: SignatureForm, request: Request) => Response | Promise<Response>)
    | undefined;
}

type Settled = HandlerOptions & { readonly assets: NonNullable<HandlerOptions['assets']> };

export type Handler = (request: Request) => Response | Promise<Response>;

const table: ReadonlyMap<string, Route> = new Map(routes.map((route) => [`/${route.name}`, route]));

export function createHandler(given: HandlerOptions): Handler {
  const options: Settled = { ...given, assets: given.assets ?? assetsOfFolder(given.assetsPath ?? '') };
  const context: RouteContext = {
    get snapshot() {
      return options.snapshot();
    },
    get stopping() {
      return options.stopping?.() ?? false;
    },
    answers: options.answers ?? {},
    store: options.store,
  };
  return (request) => {
    if (request.target.length > limits.targetBytes) {
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

/** Quirk: Go answers `OPTIONS *` with an empty 200 and `*` of any other method with a 400 (net/http/server.go, globalOptionsHandler and ServeMux.ServeHTTP). */
function starResponse(request: Request): Response {
  const outcome = { endpoint: 'none', reason: 'ok' };
  if (request.method !== 'OPTIONS')
    return plainResponse(400, '400 Bad Request\n', { ...outcome, reason: 'bad_target' });
  return { status: 200, headers: { 'Content-Length': '0' }, body: new Uint8Array(), outcome };
}

function dispatch(
  options: Settled,
  context: RouteContext,
  request: Request,
  { path: sentPath, escapedPath, rawQuery: sentQuery }: Target,
): Response | Promise<Response> {
  const path = cleanPath(escapedPath);
  const seed = path === escapedPath ? readSeedPath(sentPath, sentQuery) : undefined;
  const rawQuery = seed?.rawQuery ?? sentQuery;
  if (options.assetsPath !== undefined && path === '/assets') return redirect(request, '/assets/', rawQuery);
  // What firmware asks for is clean; the exact paths of the table are never redirected.
  if (path !== escapedPath) return redirect(request, path, rawQuery);
  // Quirk: Go decodes segment by segment, so that an escaped slash is part of a name and matches no route
  // (net/http/routing_tree.go).
  if (options.assetsPath !== undefined && path.startsWith('/assets/')) {
    return assetResponse(options, request, decodePath(path.slice('/assets'.length)), rawQuery);
  }
  const name = seed?.path ?? (/%2f/i.test(path) ? path : decodePath(path));
  const other = loaderResponse(options, request, path) ?? deskResponse(options, request, { name, rawQuery });
  if (other !== undefined) return other;
  const route = table.get(name);
  if (route?.name === 'generic' && seed === undefined) return genericResponse(route, context, request, rawQuery);
  if (route !== undefined) return route.respond(context, request, rawQuery);
  return signedResponseOf(options, context, request, { name, rawQuery });
}

/** @returns undefined for what is no loader that is served */
function loaderResponse(
  { handOn, loader }: Settled,
  request: Request,
  path: string,
): Response | Promise<Response> | undefined {
  if (!path.startsWith('/netboot/')) return undefined;
  if (handOn !== undefined) return handOn(request);
  const bytes = loader?.(decodePath(path.slice('/netboot/'.length)), withoutPort(request.remoteAddress));
  return bytes && { ...serveBytes(request, bytes), outcome: { endpoint: 'netboot', reason: 'ok' } };
}

interface Named {
  readonly name: string;
  readonly rawQuery: string;
}

/** What depends on more than files: reports of machines, and readiness where somebody else knows of it. */
function deskResponse(
  { handOn, reports }: Settled,
  request: Request,
  { name, rawQuery }: Named,
): Response | Promise<Response> | undefined {
  const isReport = takesReport(name);
  if (handOn !== undefined && (isReport || name === '/readyz')) return handOn(request);
  return isReport && reports !== undefined ? reportResponse(reports, request, name, rawQuery) : undefined;
}

function signedResponseOf(
  options: Settled,
  context: RouteContext,
  request: Request,
  { name, rawQuery }: Named,
): Response | Promise<Response> {
  const signed = signedForm(name);
  if (signed !== undefined && options.handsOnSigned && options.handOn !== undefined) return options.handOn(request);
  if (signed === undefined || options.sign === undefined) return notFound('none');
  return signedResponse(options.sign, context, request, { ...signed, rawQuery });
}

/** The one endpoint whose machines may say who they are elsewhere than in the query. */
function genericResponse(
  route: Route,
  context: RouteContext,
  request: Request,
  rawQuery: string,
): Response | Promise<Response> {
  if (request.readBody !== undefined && takesDescription(request.method, request.target)) {
    return postedResponse(route, context, request, rawQuery);
  }
  const described = readProvisioningHeaders(request.headers);
  const query = described === undefined ? rawQuery : describedQuery(context.snapshot, rawQuery, described);
  return route.respond(context, request, query);
}

async function postedResponse(
  route: Route,
  context: RouteContext,
  request: Request,
  rawQuery: string,
): Promise<Response> {
  if (request.enter?.() === false) return busyResponse(route.name);
  const body = await request.readBody!();
  if (body === undefined) {
    const outcome = { endpoint: route.name, reason: 'description_too_large' };
    return plainResponse(
      413,
      `a description of a machine has ${limits.descriptionBytes / 1024} KiB at most\n`,
      outcome,
    );
  }
  const described = readDescription(body) ?? readProvisioningHeaders(request.headers);
  const query = described === undefined ? rawQuery : describedQuery(context.snapshot, rawQuery, described);
  return route.respond(context, request, query);
}

/** Of an asset that a profile names; firmware asks for others by itself. */
function missingNote(snapshot: Snapshot, root: string, path: string): string | undefined {
  const named = whoNames(snapshot, path.slice(1));
  return named === undefined ? undefined : `${path} is not in ${root}; ${named}`;
}

interface Signed {
  readonly route: Route;
  readonly form: SignatureForm;
}

/** Each signable route has two more forms; they are no routes of their own. */
function signedForm(name: string): Signed | undefined {
  const form = /\.(sig|asc)$/.exec(name)?.[1] as SignatureForm | undefined;
  const route = form && table.get(name.slice(0, -4));
  return route?.signable ? { route, form: form! } : undefined;
}

function signedResponse(
  sign: NonNullable<HandlerOptions['sign']>,
  context: RouteContext,
  request: Request,
  { route, form, rawQuery }: Signed & { readonly rawQuery: string },
): Response | Promise<Response> {
  if (request.enter?.() === false) return busyResponse(routeEndpoint(route));
  const response = route.respond(context, request, rawQuery);
  return response instanceof Promise
    ? response.then((made) => sign(made, form, request))
    : sign(response, form, request);
}

/** As metrics name it. */
function routeEndpoint({ name }: Route): string {
  return name === 'boot.ipxe.0' ? 'boot.ipxe' : name;
}

function assetsOfFolder(root: string): NonNullable<HandlerOptions['assets']> {
  const keptFiles = new KeptFiles();
  return (asked) => serveAsset(root, asked, keptFiles);
}

async function assetResponse(
  { assetsPath: root = '', assets, snapshot }: Settled,
  request: Request,
  path: string,
  rawQuery: string,
): Promise<Response> {
  if (request.enter?.() === false) return busyResponse('assets');
  const { status, headers, body, note } = await assets({
    method: request.method,
    headers: request.headers,
    path,
    rawQuery,
  });
  if (status === 503) return busyResponse('assets');
  const reason = status < 400 ? 'ok' : `asset_${status}`;
  const told = status === 404 ? (note ?? missingNote(snapshot(), root, path)) : note;
  return { status, headers, body, outcome: { endpoint: 'assets', reason, ...(told !== undefined && { note: told }) } };
}
