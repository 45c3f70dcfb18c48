/** The HTTP socket: Node's server around the handler, with limits on time and size, and a graceful end. */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Metrics } from '../core/metrics.ts';
import { type SendOutcome, sendFile } from './assets/send.ts';
import type { Handler } from './handler.ts';
import type { Http2 } from './http2-server.ts';
import { notFound, plainResponse, type Request, type Response } from './message.ts';
import { formatHead, parseRawRequest } from './raw-request.ts';
import type { RequestLog } from './request-log.ts';
import type { KeyPair, TlsOptions } from './tls-server.ts';

export interface HttpServerOptions {
  readonly host: string | undefined;
  /** 0 for any free port. */
  readonly port: number;
  readonly handler: Handler;
  readonly requestLog: RequestLog;
  readonly metrics: Metrics;
  /** Called with what should not happen: an error that is nobody's answer. */
  readonly onError: (error: unknown, request: Request) => void;
  /** Serve HTTPS. */
  readonly tls?: TlsOptions | undefined;
}

export interface HttpServer {
  readonly address: AddressInfo;
  /** With `tls` only: new connections get this certificate. @throws the error of OpenSSL for a pair that it does not take */
  setKeyPair(keyPair: KeyPair): void;
  /** Takes no more connections, lets what runs finish, and cuts off what takes longer than `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** Room for the longest target that the handler judges, and as many headers again as machines send. */
const maxHeaderSize = 320 * 1024;
/** A client has this long for its headers, and for its whole request. Sending has no limit: GRUB stalls for seconds. */
const headersTimeoutMs = 20_000;
const requestTimeoutMs = 60_000;
/** iPXE keeps its connection between script, kernel and initrds. */
const keepAliveTimeoutMs = 75_000;
/** While it closes, the server looks so often for connections that have become idle. */
const idleSweepMs = 50;
/** A body is never read for its content; one longer than this is not even swallowed. */
const maxIgnoredBodyBytes = 256 * 1024;

/** Resolves once the port is open. Rejects with the system's error when it cannot be. */
export async function openHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const settings = {
    maxHeaderSize,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: 5_000,
  };
  const listener = (message: IncomingMessage, response: ServerResponse) => respond(options, message, response);
  const secure = options.tls && (await openSecure(options, options.tls, settings, listener));
  const server: Server = secure?.server ?? createHttpServer(settings, listener);
  server.maxHeadersCount = 1000;
  server.on('connect', (message: IncomingMessage, socket: Socket) => refuseTunnel(options, message, socket));
  server.on('clientError', (error: Error, socket) => refuseMalformed(options, error, socket as Socket));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, ...(options.host !== undefined && { host: options.host }) }, () => {
      server.off('error', reject);
      // Out of file descriptors, for instance: the connection is lost, the server is not.
      server.on('error', (error) => options.onError(error, noRequest));
      resolve({
        address: server.address() as AddressInfo,
        setKeyPair: (keyPair) => secure?.setKeyPair(keyPair),
        close: (graceMs) => closeServer(server, secure?.http2, graceMs),
      });
    });
  });
}

const noRequest: Request = { method: '', target: '', headers: {}, remoteAddress: '' };

interface Secure {
  readonly server: Server;
  readonly http2: Http2;
  setKeyPair(keyPair: KeyPair): void;
}

/** What is for HTTPS only is loaded only then. */
async function openSecure(
  options: HttpServerOptions,
  tls: TlsOptions,
  settings: ServerOptions,
  listener: (message: IncomingMessage, response: ServerResponse) => void,
): Promise<Secure> {
  const [{ createTlsServer, setKeyPair }, { createHttp2 }] = await Promise.all([
    import('./tls-server.ts'),
    import('./http2-server.ts'),
  ]);
  const http2 = createHttp2({
    answer: async (request) => {
      try {
        return await options.handler(request);
      } catch (error) {
        return internalError(options, request, error);
      }
    },
    finished: (request, response, sentBytes, started) => finish(options, request, { ...response, sentBytes }, started),
    onError: options.onError,
    remoteAddressOf,
    idleTimeoutMs: keepAliveTimeoutMs,
  });
  const server = createTlsServer(settings, tls, listener, http2.serve);
  return { server: server as unknown as Server, http2, setKeyPair: (keyPair) => setKeyPair(server, keyPair) };
}

function closeServer(server: Server, http2: Http2 | undefined, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.closeAllConnections();
      http2?.destroy();
    }, graceMs);
    // A connection that has its answer is idle from then on.
    const sweep = setInterval(() => server.closeIdleConnections(), idleSweepMs);
    http2?.close();
    server.close(() => {
      clearTimeout(timer);
      clearInterval(sweep);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function respond(options: HttpServerOptions, message: IncomingMessage, response: ServerResponse): void {
  const started = performance.now();
  const request = new MessageRequest(message);
  ignoreBody(message, response);
  // A reset or an abort is how many a client ends its connection.
  response.on('error', ignoreError);
  let made: Response | Promise<Response>;
  try {
    made = options.handler(request);
  } catch (error) {
    made = internalError(options, request, error);
  }
  if (!(made instanceof Promise)) {
    send(options, request, response, made, started);
    return;
  }
  made
    .catch((error: unknown) => internalError(options, request, error))
    .then((answer) => send(options, request, response, answer, started))
    .catch((error: unknown) => {
      options.onError(error, request);
      response.destroy();
    });
}

function ignoreError(): void {}

function internalError(options: HttpServerOptions, request: Request, error: unknown): Response {
  options.onError(error, request);
  return plainResponse(500, '500 Internal Server Error\n', { endpoint: 'none', reason: 'internal_error' });
}

/** A class for the sake of the getter: Node makes the object of headers when it is first asked for, and most routes never ask. */
class MessageRequest implements Request {
  readonly method: string;
  readonly target: string;
  readonly remoteAddress: string;
  readonly #message: IncomingMessage;

  constructor(message: IncomingMessage) {
    this.method = message.method ?? 'GET';
    this.target = message.url ?? '';
    this.remoteAddress = remoteAddressOf(message.socket);
    this.#message = message;
  }

  get headers(): Request['headers'] {
    return this.#message.headers as Request['headers'];
  }
}

function remoteAddressOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
}

/** Told from the raw headers, so that Node need not make its object of them for a request without a body. */
function hasBody(rawHeaders: readonly string[]): boolean {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if ((name.length === 14 || name.length === 17) && /^(content-length|transfer-encoding)$/i.test(name)) return true;
  }
  return false;
}

function ignoreBody(message: IncomingMessage, response: ServerResponse): void {
  if (!hasBody(message.rawHeaders)) return;
  const { 'content-length': length, 'transfer-encoding': encoding } = message.headers;
  if (encoding !== undefined || Number(length) > maxIgnoredBodyBytes) {
    response.shouldKeepAlive = false;
    answered.add(message.socket);
  }
  message.resume();
}

function send(
  options: HttpServerOptions,
  request: Request,
  response: ServerResponse,
  { status, headers, body, outcome }: Response,
  started: number,
): void {
  const socket = response.socket;
  const sentBefore = socket?.bytesWritten ?? 0;
  const done = (sending?: SendOutcome) => {
    // Of a transfer that the client broke off, what went out counts, give or take the headers.
    const partial = sending !== undefined && sending !== 'sent';
    const sentBytes = partial ? (socket?.bytesWritten ?? 0) - sentBefore : undefined;
    finish(options, request, { status, headers, outcome, sentBytes }, started);
  };
  response.writeHead(status, headers);
  if (!('fd' in body)) {
    endSoon(response, request.method === 'HEAD' ? undefined : body);
    done();
    return;
  }
  // A file is logged when its sending ends, so that the line tells the time it took.
  sendFile(body, response).then(done, (error: unknown) => options.onError(error, request));
}

const ending: (() => void)[] = [];

/**
 * Ends the response after the requests that arrived together are all answered. One write after the other wakes a client, or
 * the network stack, once where a write between two answers wakes it for each: half the CPU time a request under load.
 */
function endSoon(response: ServerResponse, body: Uint8Array | undefined): void {
  if (ending.length === 0) setImmediate(endAll);
  ending.push(() => (body === undefined ? response.end() : endWith(response, body)));
}

function endAll(): void {
  for (const end of ending.splice(0)) end();
}

/** A body up to this size goes out in one piece with its headers. */
const onePieceBytes = 16 * 1024;

/** Node joins headers and body into one write when both are text, so a short body is handed over as Latin-1, byte for byte. */
function endWith(response: ServerResponse, body: Uint8Array): void {
  if (body.length > onePieceBytes) response.end(body);
  else response.end(Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1'), 'latin1');
}

function finish(
  options: HttpServerOptions,
  request: Request,
  {
    status,
    headers,
    outcome,
    sentBytes,
  }: Pick<Response, 'status' | 'headers' | 'outcome'> & { sentBytes?: number | undefined },
  started: number,
): void {
  const milliseconds = performance.now() - started;
  const bytes = Number(headers['Content-Length'] ?? 0);
  options.requestLog.finished({ request, status, outcome, bytes, milliseconds });
  const { endpoint, reason } = outcome;
  const sent = request.method === 'HEAD' ? 0 : Math.min(sentBytes ?? bytes, bytes);
  options.metrics.requestFinished({ endpoint, status, reason, bytes: sent, seconds: milliseconds / 1000 });
}

/** We are no proxy. */
function refuseTunnel(options: HttpServerOptions, message: IncomingMessage, socket: Socket): void {
  endAll();
  const request = new MessageRequest(message);
  const { status, headers, body, outcome } = notFound('none');
  socket.on('error', () => {});
  socket.end(Buffer.concat([Buffer.from(formatHead(status, headers)), body as Uint8Array]));
  options.requestLog.finished({ request, status, outcome, bytes: 0, milliseconds: 0 });
}

const refusals: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Sockets whose request has its answer and whose body, which nobody reads, may turn out to be malformed. */
const answered = new WeakSet<Socket>();

/** What Node's parser does not take for HTTP. */
function refuseMalformed(
  options: HttpServerOptions,
  error: Error & { code?: string; rawPacket?: Buffer },
  socket: Socket,
): void {
  // What the same connection sent before has its answer first.
  endAll();
  socket.on('error', () => {});
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  if (answered.has(socket)) {
    socket.end();
    return;
  }
  const request = error.code === 'HPE_INVALID_URL' && error.rawPacket && parseRawRequest(error.rawPacket);
  if (request) {
    respondRaw(options, { ...request, remoteAddress: remoteAddressOf(socket) }, socket).catch((fault: unknown) => {
      options.onError(fault, noRequest);
      socket.destroy();
    });
    return;
  }
  const status = refusals[error.code ?? ''] ?? '400 Bad Request';
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': `${status.length}` };
  socket.end(formatHead(Number(status.slice(0, 3)), headers) + status);
  options.metrics.requestFinished({
    endpoint: 'invalid',
    status: Number(status.slice(0, 3)),
    reason: 'malformed',
    bytes: status.length,
    seconds: 0,
  });
}

/** Answers a request that Node's parser refuses for the bytes of its target, and ends the connection. */
async function respondRaw(options: HttpServerOptions, request: Request, socket: Socket): Promise<void> {
  const started = performance.now();
  answered.add(socket);
  const { status, headers, body, outcome } = await options.handler(request);
  socket.write(formatHead(status, headers));
  if ('fd' in body) await sendFile(body, socket);
  else socket.end(request.method === 'HEAD' ? '' : body);
  finish(options, request, { status, headers, outcome }, started);
}
