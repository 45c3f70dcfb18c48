/** Answers HTTP/1.1 requests: hands them to the handler in their turn and sends what it says. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { limits } from '../limits/limits.ts';
import type { Entry } from './admission.ts';
import { closeBody, type FileBody, isFileBody } from './assets/file-body.ts';
import { type FileSink, type Sending, sendFile } from './assets/send.ts';
import { type Edge, type Ended, finish, ignoreError, internalError, remoteAddressOf } from './edge.ts';
import { firstOfRepeated } from './first-of-repeated.ts';
import type { Request, Response } from './message.ts';
import { readBody } from './read-body.ts';
import type { RequestGate } from './request-gate.ts';
import type { Work } from './turns.ts';
import { wantedBodyBytes } from './wanted-body.ts';

/** Takes a request from node:http. */
export function respond(edge: Edge, message: IncomingMessage, response: ServerResponse): void {
  const exchange = new Exchange(edge, message, response);
  if (isProbe(exchange.target)) exchange.run();
  else edge.capacity.turns.take(exchange.started, exchange);
}

/** Whoever watches over the server asks these, and has to have an answer in any crowd. */
function isProbe(target: string): boolean {
  return target === '/healthz' || target === '/readyz';
}

/** Told from the raw headers, so that Node need not make its object of them for a request without a body. */
function hasBody(rawHeaders: readonly string[]): boolean {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if ((name.length === 14 || name.length === 17) && /^(content-length|transfer-encoding)$/i.test(name)) return true;
  }
  return false;
}

/** A body is never read for its content; a long one is not even swallowed. */
function ignoreBody(message: IncomingMessage, response: ServerResponse, gate: RequestGate | undefined): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = message.headers;
  if (encoding !== undefined || Number(length) > limits.ignoredBodyBytes) {
    response.shouldKeepAlive = false;
    if (gate) gate.last = true;
  }
  message.resume();
}

/** A body up to this size goes out in one piece with its headers. */
const onePieceBytes = 16 * 1024;

/** A request and what becomes of it. */
class Exchange implements Request, Work {
  readonly method: string;
  readonly target: string;
  readonly remoteAddress: string;
  /** `performance.now()` when it came. */
  readonly started: number;
  readonly #edge: Edge;
  readonly #message: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #socket: Socket;
  readonly #gate: RequestGate | undefined;
  #answered: Response | undefined;
  #entry: Entry | undefined;
  /** Where the body comes from, if it is wanted. */
  #body: IncomingMessage | undefined;

  constructor(edge: Edge, message: IncomingMessage, response: ServerResponse) {
    const { socket } = message;
    this.method = message.method ?? 'GET';
    this.target = message.url ?? '';
    this.remoteAddress = remoteAddressOf(socket);
    this.started = performance.now();
    this.#edge = edge;
    this.#message = message;
    this.#response = response;
    this.#socket = socket;
    this.#gate = edge.gates.get(socket);
    this.#gate?.entered(response);
    if (hasBody(message.rawHeaders)) {
      if (wantedBodyBytes(this.method, this.target) !== undefined) this.#body = message;
      else ignoreBody(message, response, this.#gate);
    }
    // A reset or an abort is how many a client ends its connection.
    response.on('error', ignoreError);
  }

  /** A getter, since Node makes the object of headers when it is first asked for, and most routes never ask. */
  get headers(): Request['headers'] {
    return firstOfRepeated(this.#message.headers as Request['headers'], this.#message.rawHeaders);
  }

  get gone(): boolean {
    return this.#socket.destroyed;
  }

  /** Quirk: that the end has come is public only once all before it was read (lib/internal/streams/readable.js: readableEnded). */
  get leaving(): boolean {
    const { _readableState: state } = this.#socket as { _readableState?: { readonly ended: boolean } };
    return this.gone || (state?.ended ?? this.#socket.readableEnded);
  }

  get clientAddress(): string {
    return this.#socket.remoteAddress ?? '';
  }

  enter(): boolean {
    this.#entry ??= this.#edge.capacity.admission.enter(this.clientAddress, () => this.#socket.destroy());
    return this.#entry !== undefined;
  }

  async readBody(): Promise<Uint8Array | undefined> {
    if (this.#body === undefined) return new Uint8Array();
    const gate = this.#gate;
    // The connection ends with the answer: what comes behind a body is not sorted out.
    this.#response.shouldKeepAlive = false;
    if (gate) gate.bodyWanted = true;
    const body = await readBody(this.#body, wantedBodyBytes(this.method, this.target) ?? 0, (bytes) =>
      this.#entry?.hold(bytes),
    );
    if (gate) {
      gate.bodyWanted = false;
      gate.last = true;
    }
    return body;
  }

  abandon(): void {
    this.#socket.destroy();
  }

  run(): void {
    // No work for who has left.
    if (this.gone) return;
    let made: Response | Promise<Response>;
    try {
      made = this.#edge.handler(this);
    } catch (error) {
      made = internalError(this.#edge, this, error);
    }
    if (made instanceof Promise) this.#runOn(made);
    else this.#send(made);
  }

  #runOn(promised: Promise<Response>): void {
    promised
      .catch((error: unknown) => internalError(this.#edge, this, error))
      .then((answered) => this.#send(answered))
      .catch((error: unknown) => {
        this.#edge.onError(error, this);
        this.#socket.destroy();
        this.#entry?.leave();
      });
  }

  #send(answered: Response): void {
    const { status, headers, body } = answered;
    this.#answered = answered;
    if (this.gone) {
      if (isFileBody(body)) closeBody(body).catch((error: unknown) => this.#edge.onError(error, this));
      this.#end({ reason: 'client_gone', sentBytes: 0 });
      return;
    }
    this.#response.writeHead(status, headers);
    if (!isFileBody(body)) {
      this.#edge.capacity.turns.writeAtEnd(this);
      return;
    }
    // A file is logged when its sending ends, so that the line tells the time it took.
    this.#transfer(body).then(
      ({ outcome, sentBytes }) => this.#end(outcome === 'sent' ? undefined : { reason: outcome, sentBytes }),
      (error: unknown) => this.#edge.onError(error, this),
    );
  }

  /** That the socket closes ends it, whatever becomes of the response. */
  #transfer(body: FileBody): Promise<Sending> {
    const socket = this.#socket;
    const response = this.#response;
    const gate = this.#gate;
    const sink: FileSink = {
      get destroyed() {
        return socket.destroyed;
      },
      write: (chunk, onWritten) => response.write(chunk, onWritten),
      end: () => {
        if (gate) gate.whenGone = undefined;
        response.end();
      },
      destroy: () => socket.destroy(),
      once: (event, listener) => {
        if (gate) gate.whenGone = listener;
        else socket.once(event, listener);
      },
    };
    return sendFile(body, sink, {
      buffers: this.#edge.capacity.buffers,
      turn: this.#edge.capacity.turns.piece,
      onProgress: () => this.#entry?.progressed(),
    });
  }

  write(): void {
    if (this.gone) {
      this.#end({ reason: 'client_gone', sentBytes: 0 });
      return;
    }
    const body = this.#answered!.body as Uint8Array;
    if (this.method === 'HEAD' || body.length === 0) this.#response.end();
    else if (body.length > onePieceBytes) this.#response.end(body);
    else this.#writeOnePiece(body);
    if (this.#socket.writableLength === 0) this.#end(undefined);
    else this.#awaitReader(body.length);
  }

  /**
   * Node joins headers and body into one text when both are text, so a short body is handed over as Latin-1, byte for byte.
   * Corked by hand, that text goes out before the response ends, which then has no (empty) second write to gather with it.
   */
  #writeOnePiece({ buffer, byteOffset, length }: Uint8Array): void {
    this.#socket.cork();
    this.#response.write(Buffer.from(buffer, byteOffset, length).toString('latin1'), 'latin1');
    this.#socket.uncork();
    this.#response.end();
  }

  /** The client has not taken the whole answer yet, and perhaps never will: it counts as work until then. */
  #awaitReader(bytes: number): void {
    const response = this.#response;
    response.once('close', () =>
      this.#end(response.writableFinished ? undefined : { reason: 'client_gone', sentBytes: 0 }),
    );
    if (this.enter()) this.#entry?.hold(bytes);
    else this.#socket.destroy();
  }

  #end(cut: Ended['cut']): void {
    this.#entry?.leave();
    finish(this.#edge, this, this.#answered!, { started: this.started, cut });
  }
}
