/** HTTP/2 for clients that ask for it by ALPN, beside HTTP/1.1 on the same port: the same requests, the same responses. */
import type { IncomingHttpHeaders } from 'node:http2';
import { constants, performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { cutSession } from '../limits/cut-session.ts';
import { limits } from '../limits/limits.ts';
import { rawSocketOf } from '../limits/raw-socket.ts';
import { endWhenSilent } from '../limits/silent-session.ts';
import { countTakenBack, type TakenBack } from '../limits/taken-back.ts';
import type { Entry } from './admission.ts';
import { closeBody, isFileBody } from './assets/file-body.ts';
import { type FileSink, sendFile } from './assets/send.ts';
import { type Edge, finish, ignoreError, internalError, remoteAddressOf } from './edge.ts';
import { firstOfRepeated } from './first-of-repeated.ts';
import type { Request, Response } from './message.ts';
import { readBody } from './read-body.ts';
import { wantedBodyBytes } from './wanted-body.ts';

export interface Http2 {
  serve(socket: TLSSocket): void;
  /** Tells clients to go when their requests are answered. */
  close(): void;
  destroy(): void;
}

/**
 * Memory of one connection, in megabytes, beyond which node:http2 refuses what a client asks (ENHANCE_YOUR_CALM).
 * Well above what the requests in work may hold, downloads of a buffer each, so that nobody meets it who is only slow.
 */
const maxSessionMemory = 32;

export function createHttp2(edge: Edge): Http2 {
  const sessions = new Set<ServerHttp2Session>();
  return {
    serve: (socket) => {
      const session = performServerHandshake(socket, {
        settings: { maxConcurrentStreams: limits.streams, maxHeaderListSize: limits.headerBytes },
        maxSessionMemory,
        maxHeaderListPairs: limits.headerCount,
      });
      sessions.add(session);
      serveSession(edge, session, socket);
      session.once('close', () => sessions.delete(session));
    },
    close: () => {
      for (const session of sessions) session.close();
    },
    destroy: () => {
      for (const session of sessions) session.destroy();
    },
  };
}

/** A connection: of its streams a few are in work, the others wait in line. */
interface Connection {
  readonly edge: Edge;
  readonly session: ServerHttp2Session;
  readonly address: string;
  readonly remoteAddress: string;
  readonly line: (() => Promise<void>)[];
  working: number;
  /** Streams that are not closed. */
  open: number;
  readonly takenBack: TakenBack;
  /** Ends it, and tells the client why if it listens. */
  readonly cut: (code?: number) => void;
}

/** A client that writes to a slow disk, or whose machine was put to sleep for a while, goes on with its download. */
const slowAnswerMs = 5 * 60_000;

function serveSession(edge: Edge, session: ServerHttp2Session, socket: TLSSocket): void {
  const connection: Connection = {
    edge,
    session,
    address: socket.remoteAddress ?? '',
    remoteAddress: remoteAddressOf(socket),
    line: [],
    working: 0,
    open: 0,
    takenBack: countTakenBack(),
    cut: (code) => cutSession(session, rawSocketOf(socket), code),
  };
  edge.talks.set(rawSocketOf(socket), {
    get isIdle() {
      return connection.open === 0;
    },
  });
  // Connections that break are not news.
  session.on('error', ignoreError);
  session.on('stream', (stream, headers, _, rawHeaders: string[] = []) =>
    takeStream(connection, stream, firstOfRepeated(headers as Request['headers'], rawHeaders) as IncomingHttpHeaders),
  );
  session.once('close', () => connection.line.splice(0));
  const raw = rawSocketOf(socket);
  // A client that stalls in a download is left alone, as over HTTP/1.1, as long as it is there.
  endWhenSilent(session, {
    cut: connection.cut,
    isIdle: () => connection.open === 0,
    receivedBytes: () => raw.bytesRead,
    slowAnswerMs,
    keepAliveMs: limits.keepAliveMs,
  });
}

function takeStream(connection: Connection, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  const { edge, address, line } = connection;
  const exchange = new StreamRequest(connection, stream, headers);
  cutIf(connection.takenBack.began(stream), connection);
  if (connection.session.destroyed) return;
  connection.open++;
  stream.once('close', () => {
    connection.open--;
    exchange.leave();
    cutIf(connection.takenBack.ended(stream), connection);
  });
  stream.on('error', ignoreError);
  // No other body is read for its content.
  if (wantedBodyBytes(exchange.method, exchange.target) === undefined) stream.resume();
  const started = performance.now();
  line.push(() =>
    serveStream(edge, stream, exchange, started).catch((error: unknown) => {
      // A client may go between any two steps.
      if (!stream.destroyed) edge.onError(error, exchange);
      stream.destroy();
    }),
  );
  edge.capacity.turns.take(started, {
    clientAddress: address,
    get leaving() {
      return connection.session.destroyed;
    },
    run: () => workOn(connection),
    abandon: () => {},
    write: () => {},
  });
}

/** By whatever code requests are taken back: some say that all was well. */
function cutIf(isTooMany: boolean, { cut, edge, address }: Connection): void {
  if (!isTooMany) return;
  edge.capacity.overload.bit('streamResets', address);
  cut(constants.NGHTTP2_ENHANCE_YOUR_CALM);
}

function workOn(connection: Connection): void {
  while (connection.working < limits.streamsInWork) {
    const work = connection.line.shift();
    if (work === undefined) return;
    connection.working++;
    // It does not fail.
    void work().finally(() => {
      connection.working--;
      workOn(connection);
    });
  }
}

/** A request of one stream. */
class StreamRequest implements Request {
  readonly method: string;
  readonly target: string;
  readonly headers: Request['headers'];
  readonly remoteAddress: string;
  readonly #stream: ServerHttp2Stream;
  readonly #connection: Connection;
  #entry: Entry | undefined;

  constructor(connection: Connection, stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.method = headers[':method'] ?? 'GET';
    this.target = headers[':path'] ?? '';
    this.headers = headers as Request['headers'];
    this.remoteAddress = connection.remoteAddress;
    this.#stream = stream;
    this.#connection = connection;
  }

  get gone(): boolean {
    return this.#stream.destroyed;
  }

  enter(): boolean {
    const { edge, address } = this.#connection;
    // Quirk: a stream whose window is shut does not end when it is destroyed, its session does (tried by tests/hostile/http2-attacks.ts: windows that stay shut).
    this.#entry ??= edge.capacity.admission.enter(address, () => this.#connection.session.destroy());
    return this.#entry !== undefined;
  }

  readBody(): Promise<Uint8Array | undefined> {
    return readBody(this.#stream, wantedBodyBytes(this.method, this.target) ?? 0, (bytes) => this.hold(bytes));
  }

  progressed(): void {
    this.#entry?.progressed();
  }

  hold(bytes: number): void {
    this.#entry?.hold(bytes);
  }

  leave(): void {
    this.#entry?.leave();
  }
}

async function answerOf(edge: Edge, request: Request): Promise<Response> {
  try {
    return await edge.handler(request);
  } catch (error) {
    return internalError(edge, request, error);
  }
}

async function serveStream(
  edge: Edge,
  stream: ServerHttp2Stream,
  request: StreamRequest,
  started: number,
): Promise<void> {
  if (request.gone) return;
  const response = await answerOf(edge, request);
  const { status, headers, body } = response;
  if (stream.destroyed) {
    if (isFileBody(body)) await closeBody(body);
    finish(edge, request, response, { started, cut: { reason: 'client_gone', sentBytes: 0 } });
    return;
  }
  stream.respond({ ':status': status, ...headers });
  // What of a body has not come yet is of no interest (RFC 9113 section 8.1).
  stream.once('finish', () => {
    if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
  });
  if (isFileBody(body)) {
    const { outcome, sentBytes } = await sendFile(body, sinkOf(stream), {
      buffers: edge.capacity.buffers,
      turn: edge.capacity.turns.piece,
      onProgress: () => request.progressed(),
    });
    finish(edge, request, response, { started, cut: outcome === 'sent' ? undefined : { reason: outcome, sentBytes } });
    return;
  }
  const taken = await sendBytes(stream, request, request.method === 'HEAD' ? undefined : body);
  finish(edge, request, response, { started, cut: taken ? undefined : { reason: 'client_gone', sentBytes: 0 } });
}

/** @returns whether the client took it all */
function sendBytes(stream: ServerHttp2Stream, request: StreamRequest, body: Uint8Array | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    stream.once('finish', () => resolve(true));
    stream.once('close', () => resolve(stream.writableFinished));
    stream.end(body);
    if (body === undefined || stream.writableFinished) return;
    if (request.enter()) request.hold(body.length);
    else stream.session?.destroy();
  });
}

function sinkOf(stream: ServerHttp2Stream): FileSink {
  return {
    get destroyed() {
      return stream.destroyed;
    },
    write: (chunk, onWritten) => stream.write(chunk, onWritten),
    end: () => stream.end(),
    destroy: () => stream.destroy(),
    once: (event, listener) => stream.once(event, listener),
  };
}
