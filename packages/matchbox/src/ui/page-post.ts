/** What a POST of the page comes to: signing in or out, who is asking, or a call of the API. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { admit, type Role } from './access.ts';
import { type CookieForm, readCookie, writeCookie } from './cookie.ts';
import { refuse } from './page-server.ts';
import type { Session, Sessions } from './sessions.ts';
import { type SignInOptions, signInActions } from './sign-in.ts';
import { proxyUser } from './trusted-proxy.ts';
import { linkUser, type User } from './users.ts';

/** Who asks. */
export interface PageUser {
  readonly name: string;
  readonly role: Role;
  /** undefined: a proxy says who it is, with every request. */
  readonly session: Session | undefined;
}

export interface PagePostOptions extends SignInOptions {
  readonly cookie: CookieForm;
  readonly sessions: Sessions;
  /** Header in which the proxy says who asks; undefined: there is no proxy. */
  readonly proxyHeader: string | undefined;
  readonly userOf: (name: string) => User | undefined;
  /** Names of the methods that there are: `rpcpb.Groups/GroupGet`. */
  readonly methods: ReadonlySet<string>;
  readonly call: (method: string, request: IncomingMessage, response: ServerResponse, user: PageUser) => void;
  readonly onError: (error: unknown, path: string) => void;
}

export interface PagePost {
  readonly post: (path: string, request: IncomingMessage, response: ServerResponse) => void;
  /** Ends calls of users who may not call any more; called when sessions or users change, and now and then. */
  endOrphans(): void;
}

interface OpenCall {
  readonly response: ServerResponse;
  readonly user: PageUser;
  readonly method: string;
}

const maxBodyBytes = 4096;
/** Calls that are open at once: streams mostly, one for each tab that is looked at. */
const maxCalls = { all: 400, ofUser: 60 };

export function createPagePost(options: PagePostOptions): PagePost {
  const calls = new Set<OpenCall>();
  const whoIs = (request: IncomingMessage): PageUser | undefined => {
    if (options.proxyHeader !== undefined) {
      const name = proxyUser(request.rawHeaders, options.proxyHeader) ?? '';
      // Who comes by the link of the log is nobody's name at the proxy.
      const user = name === linkUser ? undefined : options.userOf(name);
      return user && { name: user.name, role: user.role, session: undefined };
    }
    const session = options.sessions.find(readCookie(options.cookie, request.headers.cookie));
    return session && { name: session.user, role: session.role, session };
  };
  const call = (path: string, request: IncomingMessage, response: ServerResponse) => {
    const method = path.slice(1);
    const user = whoIs(request);
    const admission = admit(method, user);
    if (!admission.admitted) return refuseCall(response, admission.code, admission.message);
    if (!options.methods.has(method)) return refuseCall(response, 'unimplemented', `there is no ${method}`);
    const own = [...calls].filter((each) => each.user.name === user!.name).length;
    if (calls.size >= maxCalls.all || own >= maxCalls.ofUser)
      return refuseCall(response, 'resource_exhausted', 'too many calls are open');
    const open: OpenCall = { response, user: user!, method };
    calls.add(open);
    response.on('close', () => calls.delete(open));
    options.call(method, request, response, user!);
  };
  return {
    post: (path, request, response) => {
      if (path.startsWith('/rpcpb.')) return call(path, request, response);
      const known = Object.hasOwn(signInActions, path) || path === '/session/who';
      if (!known) return refuse(response, 404, 'not found');
      answerSession(options, { path, user: whoIs(request), request }, response).catch((error: unknown) => {
        options.onError(error, path);
        if (response.headersSent) response.destroy();
        else refuse(response, 500, 'that did not work; the log of the server says why');
      });
    },
    endOrphans: () => {
      for (const { response, user, method } of calls) {
        if (!admit(method, current(options, user)).admitted) response.destroy();
      }
    },
  };
}

/** The same user as of now. */
function current({ sessions, userOf }: PagePostOptions, { name, session }: PageUser) {
  if (session === undefined) return userOf(name);
  const found = sessions.byKey(session.key);
  return found && { name: found.user, role: found.role };
}

interface SessionRequest {
  readonly path: string;
  readonly user: PageUser | undefined;
  readonly request: IncomingMessage;
}

async function answerSession(
  options: PagePostOptions,
  { path, user, request }: SessionRequest,
  response: ServerResponse,
): Promise<void> {
  const body = await readJson(request);
  if (body === undefined) return refuse(response, 400, 'the body is no JSON, or too long');
  const ways = { link: options.links !== undefined, proxy: options.proxyHeader !== undefined };
  if (path === '/session/who') {
    if (user === undefined) return sendJson(response, 401, { ways });
    const { name, role, session } = user;
    return sendJson(response, 200, { name, role, ways, expiresMs: session?.expiresMs });
  }
  const { needsSession, run } = signInActions[path]!;
  if (options.proxyHeader !== undefined) return refuse(response, 404, 'the proxy in front signs people in and out');
  if (needsSession && user === undefined) return sendJson(response, 401, { message: 'sign in first' });
  const address = request.socket.remoteAddress ?? '';
  const answer = await run({ path, body, address, session: user?.session }, options);
  const { opened, ended, retryAfterSeconds } = answer;
  if (opened) response.setHeader('Set-Cookie', writeCookie(options.cookie, opened.id, opened.maxAgeSeconds));
  if (ended) response.setHeader('Set-Cookie', writeCookie(options.cookie, '', 0));
  if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', retryAfterSeconds);
  sendJson(response, answer.status, answer.body);
}

/** @returns undefined for what is no JSON or too long */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
  } catch {
    return undefined;
  }
}

function sendJson(response: ServerResponse, status: number, body: Readonly<Record<string, unknown>>): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

const statuses = { unauthenticated: 401, permission_denied: 403, unimplemented: 404, resource_exhausted: 429 };

/** In Connect's form, which its client understands for streams as well. */
function refuseCall(response: ServerResponse, code: keyof typeof statuses, message: string): void {
  response.setHeader('Connection', 'close');
  sendJson(response, statuses[code], { code, message });
}
