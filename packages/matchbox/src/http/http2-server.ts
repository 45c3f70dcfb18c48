/** HTTP/2 for clients that ask for it by ALPN, beside HTTP/1.1 on the same port: the same requests, the same responses. */

import type { IncomingHttpHeaders } from 'node:http2';
import { constants, performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { FileBody } from './assets/file-body.ts';
import { type FileSink, sendFile } from './assets/send.ts';
import type { Request, Response } from './message.ts';

export interface Http2Options {
  /** Does not fail. */
  readonly answer: (request: Request) => Promise<Response>;
  /** @param sentBytes of a file, which may be less than was announced */
  readonly finished: (request: Request, response: Response, sentBytes: number | undefined, started: number) => void;
  readonly onError: (error: unknown, request: Request) => void;
  readonly remoteAddressOf: (socket: TLSSocket) => string;
  /** A connection without requests is closed after this long. */
  readonly idleTimeoutMs: number;
}

export interface Http2 {
  serve(socket: TLSSocket): void;
  /** Tells clients to go when their requests are answered. */
  close(): void;
  destroy(): void;
}

/** As many requests of one connection at a time as node:http2 and Go grant. */
const maxConcurrentStreams = 100;

export function createHttp2(options: Http2Options): Http2 {
  const sessions = new Set<ServerHttp2Session>();
  return {
    serve: (socket) => {
      const session = performServerHandshake(socket, { settings: { maxConcurrentStreams }, maxSessionMemory: 16 });
      sessions.add(session);
      serveSession(options, session, options.remoteAddressOf(socket));
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

function serveSession(options: Http2Options, session: ServerHttp2Session, remoteAddress: string): void {
  let open = 0;
  // Connections that break are not news.
  session.on('error', () => {});
  session.on('stream', (stream, headers) => {
    open++;
    stream.once('close', () => {
      open--;
    });
    stream.on('error', () => {});
    const request = requestOf(headers, remoteAddress);
    serveStream(options, stream, request).catch((error: unknown) => {
      // A client may go between any two steps.
      if (!stream.destroyed) options.onError(error, request);
      stream.destroy();
    });
  });
  // A client that stalls in a download is left alone, as over HTTP/1.1.
  session.setTimeout(options.idleTimeoutMs, () => {
    if (open === 0) session.close();
  });
}

function requestOf(headers: IncomingHttpHeaders, remoteAddress: string): Request {
  return {
    method: headers[':method'] ?? 'GET',
    target: headers[':path'] ?? '',
    headers: headers as Request['headers'],
    remoteAddress,
  };
}

async function serveStream(options: Http2Options, stream: ServerHttp2Stream, request: Request): Promise<void> {
  const started = performance.now();
  // A body is never read for its content.
  stream.resume();
  const response = await options.answer(request);
  const { status, headers, body } = response;
  if (!stream.headersSent && !stream.destroyed) stream.respond({ ':status': status, ...headers });
  let sentBytes: number | undefined;
  if ('fd' in body) sentBytes = await sendCounted(body, stream);
  else if (stream.writable) stream.end(request.method === 'HEAD' ? undefined : body);
  // What of a body has not come yet is of no interest (RFC 9113 section 8.1).
  stream.once('finish', () => {
    if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
  });
  options.finished(request, response, sentBytes, started);
}

async function sendCounted(body: FileBody, stream: ServerHttp2Stream): Promise<number> {
  let sentBytes = 0;
  const sink: FileSink = {
    get destroyed() {
      return stream.destroyed;
    },
    write: (chunk, onWritten) =>
      stream.write(chunk, (error) => {
        if (!error) sentBytes += chunk.length;
        onWritten(error);
      }),
    end: () => stream.end(),
    destroy: () => stream.destroy(),
    once: (event, listener) => stream.once(event, listener),
  };
  await sendFile(body, sink);
  return sentBytes;
}
