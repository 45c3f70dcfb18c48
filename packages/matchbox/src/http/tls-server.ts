/** HTTPS: the server of node:https with our suites, new certificates at run time, HTTP/2, and failed handshakes explained. */
import type { IncomingMessage, ServerOptions, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { limits } from '../limits/limits.ts';
import { rawSocketOf } from '../limits/raw-socket.ts';
import { explainHandshakeFailure, type HandshakeFailure } from '../tls/handshake-failure.ts';
import { tlsSuiteList } from './tls-suites.ts';

export interface TlsOptions {
  readonly keyPair: KeyPair;
  readonly onHandshakeFailure: (failure: HandshakeFailure, remoteAddress: string) => void;
  /** A connection has this long for its handshake, silent or not; `limits.handshakeMs` unless told otherwise. */
  readonly handshakeTimeoutMs?: number | undefined;
  /** 48 bytes that processes which serve together share, so that a session goes on with any of them. */
  readonly ticketKeys?: Uint8Array | undefined;
}

/** PEM texts. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** What becomes of connections and requests. */
export interface TlsListeners {
  readonly onRequest: (message: IncomingMessage, response: ServerResponse) => void;
  /** A connection before its handshake. */
  readonly onConnection: (socket: Socket) => void;
  /** A connection that speaks HTTP/1.1, once node:http listens to it. */
  readonly onHttp1: (socket: TLSSocket) => void;
  readonly onHttp2: (socket: TLSSocket) => void;
}

/** @throws the error of OpenSSL for a key pair that it does not take */
export function createTlsServer(
  settings: ServerOptions,
  { keyPair, onHandshakeFailure, handshakeTimeoutMs = limits.handshakeMs, ticketKeys }: TlsOptions,
  { onRequest, onConnection, onHttp1, onHttp2 }: TlsListeners,
): Server {
  const server = createServer(
    { ...settings, ...secureContext(keyPair), handshakeTimeout: handshakeTimeoutMs, ALPNProtocols: ['h2', 'http/1.1'] },
    onRequest,
  );
  if (ticketKeys !== undefined) server.setTicketKeys(Buffer.from(ticketKeys));
  // What node:https does with a connection is done with those of HTTP/1.1 only.
  const serveHttp1 = server.listeners('secureConnection') as ((socket: TLSSocket) => void)[];
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol === 'h2') {
      onHttp2(socket);
      return;
    }
    for (const serve of serveHttp1) serve.call(server, socket);
    onHttp1(socket);
  });
  const addresses = new WeakMap<object, string>();
  server.on('connection', (socket: Socket) => {
    addresses.set(socket, `${bracketed(socket.remoteAddress)}:${socket.remotePort}`);
    onConnection(socket);
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    // Quirk: node:tls destroys its socket before it tells about the error (lib/_tls_wrap.js, since Node 22
    // lib/internal/tls/wrap.js: onerror); the one below is open still, and knows its client.
    const raw = rawSocketOf(socket);
    // Who goes without a word only wanted to see whether somebody listens: a load balancer, for instance.
    if (error.code === 'ECONNRESET' && raw.bytesRead === 0) return;
    const failure = explainHandshakeFailure({
      errorCode: error.code,
      errorMessage: error.message,
      verifyError: undefined,
    });
    if (failure.reason === 'plain_http') refusePlainHttp(raw, error);
    // Quirk: node:tls leaves a connection open whose handshake stopped half-way (lib/_tls_wrap.js, since Node 22
    // lib/internal/tls/wrap.js: _handleTimeout only tells of it).
    if (failure.reason === 'timeout') raw.destroy();
    onHandshakeFailure(failure, addresses.get(raw) ?? 'unknown address');
  });
  return server;
}

/** New connections get the new certificate. @throws the error of OpenSSL for a key pair that it does not take */
export function setKeyPair(server: Server, keyPair: KeyPair): void {
  server.setSecureContext(secureContext(keyPair));
}

function secureContext({ cert, key }: KeyPair) {
  return { cert, key, minVersion: 'TLSv1.2', ciphers: tlsSuiteList } as const;
}

function bracketed(address = ''): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** Whoever speaks HTTP to this port reads what is wrong, in the words of Go's server, which answers as HTTP/1.0 does. */
function refusePlainHttp(socket: Socket | undefined, { code }: NodeJS.ErrnoException): void {
  if (!socket?.writable || code !== 'ERR_SSL_HTTP_REQUEST') return;
  socket.on('error', () => {});
  socket.end('HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n');
  socket.destroySoon();
}
