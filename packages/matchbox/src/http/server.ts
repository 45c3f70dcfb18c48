/** The HTTP socket: Node's server around the handler, with limits on time, size and number, and a graceful end. */
import { createServer as createHttpServer, type Server, type ServerOptions } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { limits } from '../limits/limits.ts';
import { rawSocketOf } from '../limits/raw-socket.ts';
import type { Metrics } from '../log/metrics.ts';
import type { Peer } from './admission.ts';
import { type Capacity, createCapacity } from './capacity.ts';
import { drain } from './drain.ts';
import { type Edge, noRequest } from './edge.ts';
import type { Handler } from './handler.ts';
import type { Http2 } from './http2-server.ts';
import type { Request } from './message.ts';
import { refuseExpectation, refuseMalformed, refuseTunnel } from './refuse.ts';
import { installGate } from './request-gate.ts';
import type { RequestLog } from './request-log.ts';
import { respond } from './respond.ts';
import type { KeyPair, TlsOptions } from './tls-server.ts';

export interface HttpServerOptions {
  readonly host: string | undefined;
  /** 0 for any free port. */
  readonly port: number;
  /** A listening socket that somebody else opened, instead of host and port. */
  readonly fd?: number | undefined;
  readonly handler: Handler;
  readonly requestLog: RequestLog;
  readonly metrics: Metrics;
  /** Called with what should not happen: an error that is nobody's answer. */
  readonly onError: (error: unknown, request: Request) => void;
  /** Shared with other servers; without it the server has its own. */
  readonly capacity?: Capacity | undefined;
  /** Serve HTTPS. */
  readonly tls?: TlsOptions | undefined;
}

export interface HttpServer {
  readonly address: AddressInfo;
  /** With `tls` only: new connections get this certificate. @throws the error of OpenSSL for a pair that it does not take */
  setKeyPair(keyPair: KeyPair): void;
  /** Takes no more connections, lets what runs finish, and cuts off what takes longer than `graceMs`; `lingerMs` as {@link DrainOptions} says. */
  close(graceMs: number, lingerMs?: number): Promise<void>;
}

/** Connections that wait to be taken: a site that powers on at once has thousands, and one too many is reset. The system may allow fewer. */
const backlog = 4096;

/** How often the time limits of connections are looked at. */
const timeCheckMs = 5_000;

/** Resolves once the port is open. Rejects with the system's error when it cannot be. */
export async function openHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { handler, requestLog, metrics, onError, capacity = createCapacity() } = options;
  const edge: Edge = { handler, requestLog, metrics, onError, capacity, gates: new WeakMap(), talks: new WeakMap() };
  const { server, http2, setKeyPair } = await createServer(edge, options.tls);
  // Quirk: node:http ends a connection whose client closed its half before it has its answer, unless told otherwise
  // (lib/_http_server.js: socketOnEnd). Go's server answers first, and so do we.
  (server as { httpAllowHalfOpen?: boolean }).httpAllowHalfOpen = true;
  server.maxHeadersCount = limits.headerCount;
  server.on('connect', (message, socket) => refuseTunnel(edge, message, socket as Socket));
  server.on('checkExpectation', (message, response) => refuseExpectation(edge, message, response));
  server.on('clientError', (error, socket) => refuseMalformed(edge, error, socket as Socket));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const { fd, port, host } = options;
    server.listen(fd === undefined ? { port, backlog, ...(host !== undefined && { host }) } : { fd, backlog }, () => {
      server.off('error', reject);
      // Out of file descriptors, for instance: the connection is lost, the server is not.
      server.on('error', (error) => onError(error, noRequest));
      resolve({
        address: server.address() as AddressInfo,
        setKeyPair: (keyPair) => setKeyPair?.(keyPair),
        close: async (graceMs, lingerMs = 0) => {
          await drain(server, http2, { graceMs, lingerMs });
          if (options.capacity === undefined) capacity.close();
        },
      });
    });
  });
}

interface Created {
  readonly server: Server;
  readonly http2?: Http2;
  readonly setKeyPair?: (keyPair: KeyPair) => void;
}

/**
 * Of a connection whose request is in work so much is read ahead: behind what a client had to say its leaving is seen. (Node 20 stops
 * at 16 KiB, later ones here.)
 */
const readAheadBytes = 64 * 1024;

async function createServer(edge: Edge, tls: TlsOptions | undefined): Promise<Created> {
  const settings: ServerOptions = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    // iPXE keeps its connection between script, kernel and initrds.
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: timeCheckMs,
    highWaterMark: readAheadBytes,
  };
  if (tls !== undefined) return createSecure(edge, tls, settings);
  const server = createHttpServer(settings, (message, response) => respond(edge, message, response));
  openInTurn(edge, server);
  return { server };
}

/** Nothing is read from a connection before its turn: the next one is taken sooner. */
function openInTurn(edge: Edge, server: Server): void {
  const [serve] = server.listeners('connection') as [(socket: Socket) => void];
  server.removeListener('connection', serve);
  // An option of node:net's servers that node:http does not pass on.
  (server as { pauseOnConnect?: boolean }).pauseOnConnect = true;
  server.on('connection', (socket: Socket) => {
    if (!admit(edge, socket)) return;
    edge.capacity.turns.connected(socket.remoteAddress ?? '', () => {
      if (socket.destroyed) return;
      serve.call(server, socket);
      openGate(edge, socket);
      socket.resume();
    });
  });
}

/** What is for HTTPS only is loaded only then. */
async function createSecure(edge: Edge, tls: TlsOptions, settings: ServerOptions): Promise<Created> {
  const [{ createTlsServer, setKeyPair }, { createHttp2 }] = await Promise.all([
    import('./tls-server.ts'),
    import('./http2-server.ts'),
  ]);
  const http2 = createHttp2(edge);
  const server = createTlsServer(settings, tls, {
    onRequest: (message, response) => respond(edge, message, response),
    // Its handshake is under way.
    onConnection: (socket) => {
      if (admit(edge, socket)) edge.capacity.turns.connected(socket.remoteAddress ?? '', () => {});
    },
    onHttp1: (socket) => openGate(edge, socket),
    onHttp2: http2.serve,
  });
  return { server: server as unknown as Server, http2, setKeyPair: (keyPair) => setKeyPair(server, keyPair) };
}

/** @returns false for a connection too many, which is closed */
function admit({ capacity: { admission }, talks }: Edge, socket: Socket): boolean {
  const peer: Peer = {
    address: socket.remoteAddress ?? '',
    isIdle: () => talks.get(socket)?.isIdle ?? true,
    close: () => socket.destroy(),
  };
  if (!admission.connect(peer)) {
    socket.destroy();
    return false;
  }
  socket.once('close', () => admission.disconnect(peer));
  return true;
}

function openGate({ gates, talks, capacity: { overload, heldBytes } }: Edge, socket: Socket): void {
  const onHeld = (bytes: number) => {
    if (heldBytes.add(bytes)) return true;
    overload.bit('heldBytes', socket.remoteAddress ?? '');
    return false;
  };
  const gate = installGate(socket, { onHeld });
  gates.set(socket, gate);
  talks.set(rawSocketOf(socket), gate);
}
