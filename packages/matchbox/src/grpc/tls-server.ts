/** The socket of the API: HTTP/2 and HTTP/1.1 over mutual TLS, with handshake failures explained and a shutdown that ends. */
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { explainHandshakeFailure, type HandshakeFailure } from '../core/handshake-failure.ts';
import type { LoadedCertificates } from './certificate-files.ts';

export interface TlsServerOptions {
  /** undefined: all addresses. */
  readonly host: string | undefined;
  readonly port: number;
  readonly certificates: LoadedCertificates;
  readonly handle: (request: Http2ServerRequest, response: Http2ServerResponse) => void;
  readonly onHandshakeFailure: (failure: HandshakeFailure, remoteAddress: string) => void;
}

export interface TlsServer {
  readonly address: AddressInfo;
  /** New connections get the new certificates; those that are open keep what they have. */
  setCertificates(certificates: LoadedCertificates): void;
  /** Lets running calls finish for `graceMs`, then cuts them off. */
  close(graceMs: number): Promise<void>;
}

const handshakeTimeoutMs = 10_000;

/** @throws the error of listen(), such as EADDRINUSE */
export async function openTlsServer(options: TlsServerOptions): Promise<TlsServer> {
  const server = createSecureServer(
    {
      ...secureContext(options.certificates),
      allowHTTP1: true,
      requestCert: true,
      rejectUnauthorized: true,
      handshakeTimeout: handshakeTimeoutMs,
      maxSessionMemory: 64,
    },
    options.handle,
  );
  const connections = trackConnections(server);
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    const facts = {
      errorCode: error.code,
      errorMessage: error.message,
      verifyError: (socket.authorizationError as unknown as string | null) ?? undefined,
    };
    options.onHandshakeFailure(explainHandshakeFailure(facts), connections.addressOf(socket));
    // Quirk: node:tls leaves a connection open whose handshake stopped half-way.
    if (error.code === 'ERR_TLS_HANDSHAKE_TIMEOUT') rawSocketOf(socket)?.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
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

function secureContext(certificates: LoadedCertificates) {
  return {
    cert: certificates.cert,
    key: certificates.key,
    ca: [...certificates.ca],
    ...(certificates.crl === undefined ? {} : { crl: certificates.crl }),
    minVersion: 'TLSv1.2' as const,
  };
}

interface Connections {
  readonly sessions: ReadonlySet<ServerHttp2Session>;
  readonly sockets: ReadonlySet<Socket>;
  addressOf(socket: TLSSocket): string;
}

/** Quirk: on Node 20 and 22 `close()` of an HTTP/2 server leaves idle sessions open for ever; we keep track of them. */
function trackConnections(server: Http2SecureServer): Connections {
  const sessions = new Set<ServerHttp2Session>();
  const sockets = new Set<Socket>();
  const addresses = new WeakMap<object, string>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    addresses.set(socket, `${socket.remoteAddress}:${socket.remotePort}`);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  // Connections that break are not news; their calls see an aborted signal.
  server.on('sessionError', () => {});
  return {
    sessions,
    sockets,
    addressOf: (socket) => {
      if (socket.remoteAddress !== undefined) return `${socket.remoteAddress}:${socket.remotePort}`;
      // Quirk: node:tls destroys a socket before it tells about its error, and the address is gone with it.
      const raw = rawSocketOf(socket);
      return (raw && addresses.get(raw)) ?? 'unknown address';
    },
  };
}

/** What a TLS socket was made of. */
function rawSocketOf(socket: TLSSocket): Socket | undefined {
  return (socket as { _parent?: Socket })._parent;
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
