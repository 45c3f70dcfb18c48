/** The socket of the API: HTTP/2 and HTTP/1.1 over mutual TLS, with handshake failures explained and a shutdown that ends. */
import { constants } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  constants as http2,
  type ServerHttp2Session,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { cutSession } from '../limits/cut-session.ts';
import { endSocket, refusals } from '../limits/last-words.ts';
import { limits } from '../limits/limits.ts';
import { rawSocketOf } from '../limits/raw-socket.ts';
import { endWhenSilent } from '../limits/silent-session.ts';
import { countTakenBack } from '../limits/taken-back.ts';
import { explainHandshakeFailure, type HandshakeFailure } from '../tls/handshake-failure.ts';
import type { LoadedCertificates } from './certificate-files.ts';
import type { BoundConnection, ConnectionBounds } from './connection-bounds.ts';
import type { OpenConnections } from './open-connections.ts';

export interface TlsServerOptions {
  /** undefined: all addresses. */
  readonly host: string | undefined;
  readonly port: number;
  /** A listening socket that somebody else opened, instead of host and port. */
  readonly fd?: number | undefined;
  readonly certificates: LoadedCertificates;
  readonly handle: (request: Http2ServerRequest, response: Http2ServerResponse) => void;
  readonly clients: OpenConnections;
  readonly bounds: ConnectionBounds;
  /** A client was closed since it takes back too much of what it asks. @param address without its port */
  readonly onTakenBack: (address: string) => void;
  /** A connection has this long for its handshake, silent or not; `limits.handshakeMs` unless told otherwise. */
  readonly handshakeTimeoutMs?: number | undefined;
  readonly onHandshakeFailure: (failure: HandshakeFailure, remoteAddress: string) => void;
}

export interface TlsServer {
  readonly address: AddressInfo;
  /** New connections get the new certificates. */
  setCertificates(certificates: LoadedCertificates): void;
  /** Lets running calls finish for `graceMs`, then cuts them off. */
  close(graceMs: number): Promise<void>;
}

/** @throws the error of listen(), such as EADDRINUSE */
export async function openTlsServer(options: TlsServerOptions): Promise<TlsServer> {
  const { handshakeTimeoutMs = limits.handshakeMs } = options;
  const server = createSecureServer(
    {
      ...secureContext(options.certificates),
      allowHTTP1: true,
      requestCert: true,
      rejectUnauthorized: true,
      handshakeTimeout: handshakeTimeoutMs,
      maxSessionMemory: 64,
      maxHeaderListPairs: limits.headerCount,
      settings: { maxConcurrentStreams: limits.streams, maxHeaderListSize: limits.headerBytes },
      // Of HTTP/1.1, which node:http2 has no words for in its types.
      ...{ maxHeaderSize: limits.headerBytes },
    },
    options.handle,
  );
  const connections = trackConnections(server, options);
  options.clients.watch(server);
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    const facts = {
      errorCode: error.code,
      errorMessage: error.message,
      verifyError: (socket.authorizationError as unknown as string | null) ?? undefined,
    };
    options.onHandshakeFailure(explainHandshakeFailure(facts), connections.addressOf(socket));
    // Quirk: node:tls leaves a connection open whose handshake stopped half-way (lib/_tls_wrap.js, since Node 22
    // lib/internal/tls/wrap.js: _handleTimeout only tells of it).
    if (error.code === 'ERR_TLS_HANDSHAKE_TIMEOUT') rawSocketOf(socket).destroy();
  });
  server.on('clientError', refuseMalformed);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const { fd, port, host } = options;
    server.listen(fd === undefined ? { port, ...(host !== undefined && { host }) } : { fd }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    address: server.address() as AddressInfo,
    setCertificates: (certificates) => server.setSecureContext(secureContext(certificates)),
    close: (graceMs) => closeServer(server, connections, graceMs),
  };
}

/** Whoever is reading why. */
const refused = new WeakSet<Socket>();

/**
 * Of HTTP/1.1.
 * Quirk: without a listener node:http answers and closes at once, and the client, which is sending still, gets a reset in place of the
 * answer (nodejs/node, lib/_http_server.js: socketOnError).
 */
function refuseMalformed({ code = '' }: NodeJS.ErrnoException, socket: Socket): void {
  // The parser tells of each packet that comes behind its first error.
  if (refused.has(socket) && code !== 'ECONNRESET') return;
  refused.add(socket);
  const { _httpMessage: underWay } = socket as { _httpMessage?: ServerResponse | null };
  if (code === 'ECONNRESET' || !socket.writable || underWay?.headersSent) socket.destroy();
  else endSocket(socket, `HTTP/1.1 ${refusals[code] ?? '400 Bad Request'}\r\nConnection: close\r\n\r\n`);
}

function secureContext(certificates: LoadedCertificates) {
  return {
    cert: certificates.cert,
    key: certificates.key,
    ca: [...certificates.ca],
    ...(certificates.crl === undefined ? {} : { crl: [...certificates.crl] }),
    minVersion: 'TLSv1.2' as const,
    // A resumed session would not be judged again, although its certificate was revoked meanwhile.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
}

interface Connections {
  readonly sessions: ReadonlySet<ServerHttp2Session>;
  readonly sockets: ReadonlySet<Socket>;
  addressOf(socket: TLSSocket): string;
}

/**
 * Quirk: on Node 20 and 22 `close()` of an HTTP/2 server leaves idle sessions open for ever (lib/internal/http2/core.js,
 * Http2SecureServer.close; closeAllSessions came later); we keep track of them.
 */
function trackConnections(
  server: Http2SecureServer,
  { bounds, onTakenBack }: Pick<TlsServerOptions, 'bounds' | 'onTakenBack'>,
): Connections {
  const sessions = new Set<ServerHttp2Session>();
  const sockets = new Set<Socket>();
  const addresses = new WeakMap<object, string>();
  const bound = new WeakMap<object, BoundConnection>();
  server.on('connection', (socket: Socket) => {
    const connection = { address: socket.remoteAddress ?? '', close: () => socket.destroy() };
    sockets.add(socket);
    addresses.set(socket, `${socket.remoteAddress}:${socket.remotePort}`);
    bound.set(socket, connection);
    bounds.began(connection);
    socket.once('close', () => {
      sockets.delete(socket);
      bounds.ended(connection);
    });
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    const connection = bound.get(rawSocketOf(socket));
    if (connection !== undefined) bounds.authenticated(connection);
  });
  server.on('session', (session) => {
    sessions.add(session);
    watchStreams(session, onTakenBack);
    session.once('close', () => sessions.delete(session));
  });
  // Connections that break are not news; their calls see an aborted signal.
  server.on('sessionError', () => {});
  return {
    sessions,
    sockets,
    addressOf: (socket) => {
      if (socket.remoteAddress !== undefined) return `${socket.remoteAddress}:${socket.remotePort}`;
      // Quirk: node:tls destroys a socket before it tells about its error, and the address is gone with it
      // (lib/_tls_wrap.js, since Node 22 lib/internal/tls/wrap.js: onerror).
      return addresses.get(rawSocketOf(socket)) ?? 'unknown address';
    },
  };
}

/** As long as gRPC's own libraries wait for the answer to a ping. */
const slowAnswerMs = 20_000;

function watchStreams(session: ServerHttp2Session, onTakenBack: (address: string) => void): void {
  const takenBack = countTakenBack();
  const address = session.socket.remoteAddress ?? '';
  // What a session has for its socket lets nobody destroy it.
  const socket = rawSocketOf(session.socket as TLSSocket);
  const cut = (code?: number) => cutSession(session, socket, code);
  let open = 0;
  const cutIf = (isTooMany: boolean) => {
    if (!isTooMany) return;
    onTakenBack(address);
    cut(http2.NGHTTP2_ENHANCE_YOUR_CALM);
  };
  session.on('stream', (stream) => {
    open++;
    cutIf(takenBack.began(stream));
    stream.once('close', () => {
      open--;
      cutIf(takenBack.ended(stream));
    });
  });
  endWhenSilent(session, {
    cut,
    isIdle: () => open === 0,
    receivedBytes: () => socket.bytesRead,
    slowAnswerMs,
  });
}

async function closeServer(server: Http2SecureServer, connections: Connections, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const session of connections.sessions) session.close();
  const timer = setTimeout(() => {
    for (const session of connections.sessions) session.destroy();
    for (const socket of connections.sockets) socket.destroy();
  }, graceMs);
  await closed;
  clearTimeout(timer);
}
