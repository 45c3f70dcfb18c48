/**
 * Lets one request of an HTTP/1.1 connection in at a time.
 * Quirk: node:http hands out every pipelined request that a packet holds (nodejs/node, lib/_http_server.js: parserOnIncoming),
 * each with what it needs. So the parser is stopped behind a request that came too early, and from then on gets what comes up to the
 * end of one head, and the next bytes when that is answered.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type ParserStop, stopParser } from './parser-stop.ts';

export interface RequestGate {
  /** No request is in work. */
  readonly isIdle: boolean;
  /** A request came out of the parser; the next bytes wait for its end. */
  entered(response: ServerResponse): void;
  /** The answer under way is the connection's last: what still comes is a body that nobody reads, and goes nowhere. */
  last: boolean;
  /** The request in work reads its body: what comes goes to the parser, until that is over. */
  bodyWanted: boolean;
  /** Nothing more goes to the parser. */
  shut(): void;
  /** Called once when the connection ends, if a request is in work then. */
  whenGone: (() => void) | undefined;
}

export interface GateOptions {
  /** The bytes that are held, of this connection, changed by so many. @returns false when that is too much */
  readonly onHeld: (bytes: number) => boolean;
}

/** A packet of which a part waits, and another one, which a socket that is paused reads before it stops. */
const heldAtMostBytes = 2 * 64 * 1024;
const endOfHead = Buffer.from('\r\n\r\n');

/** @param socket that node:http listens to already */
export function installGate(socket: Socket, options: GateOptions): RequestGate {
  return new Gate(socket, options);
}

class Gate implements RequestGate {
  whenGone: (() => void) | undefined;
  readonly #socket: Socket;
  readonly #onHeld: GateOptions['onHeld'];
  /** What Node does with bytes, and with their end. */
  readonly #parse: (chunk: Buffer) => void;
  readonly #end: () => void;
  readonly #stop: ParserStop | undefined;
  #current: ServerResponse | undefined;
  /** Hands over a request that came before its turn: the parser has read its head. */
  #takeEarly: (() => void) | undefined;
  #heldBytes = 0;
  #isOpen = true;
  #isLast = false;
  #isBodyWanted = false;
  /** The parser gets what it is given here; before, it reads by itself. */
  #isSorting = false;
  #hasEnded = false;
  /** How many bytes of the end of a head were the last that the parser got. */
  #seen = 0;

  constructor(socket: Socket, { onHeld }: GateOptions) {
    this.#socket = socket;
    this.#onHeld = onHeld;
    [this.#parse] = socket.listeners('data') as [(chunk: Buffer) => void];
    // The socket itself listens to its end, too, and did so first.
    this.#end = socket.listeners('end').at(-1) as () => void;
    this.#stop = stopParser(socket, {
      isBusy: () => this.#isBusy(),
      isLast: () => this.#isLast,
      onStopped: (rest, take) => this.#stopped(rest, take),
    });
    if (this.#stop === undefined) this.#sort();
    socket.once('close', () => {
      this.#takeEarly = undefined;
      this.shut();
      this.whenGone?.();
    });
  }

  get isIdle(): boolean {
    return !this.#isBusy() && this.#takeEarly === undefined;
  }

  get last(): boolean {
    return this.#isLast;
  }

  set last(last: boolean) {
    this.#isLast = last;
    this.#sort();
  }

  get bodyWanted(): boolean {
    return this.#isBodyWanted;
  }

  set bodyWanted(wanted: boolean) {
    this.#isBodyWanted = wanted;
    this.#sort();
  }

  entered(response: ServerResponse): void {
    // What came behind a body, in one piece with it: no firmware does that.
    if (this.#isBodyWanted && this.#isUnanswered()) this.#socket.destroy();
    this.#current = response;
  }

  shut(): void {
    this.#isOpen = false;
    this.#sort();
    this.#release();
  }

  #isUnanswered(): boolean {
    return this.#current !== undefined && !this.#current.writableFinished && !this.#current.destroyed;
  }

  #isBusy(): boolean {
    return this.#isUnanswered() && !this.#isBodyWanted;
  }

  get #goesOn(): boolean {
    return this.#isOpen && !this.#isLast && !this.#socket.destroyed;
  }

  #release(): void {
    if (this.#heldBytes > 0) this.#onHeld(-this.#heldBytes);
    this.#heldBytes = 0;
  }

  /** Quirk: a listener takes the socket away from the parser (lib/_http_server.js: unconsume). */
  #sort(): void {
    if (this.#isSorting) return;
    this.#isSorting = true;
    this.#stop?.lift();
    this.#socket.removeListener('data', this.#parse);
    this.#socket.on('data', (chunk: Buffer) => this.#feed(chunk));
    this.#socket.removeListener('end', this.#end);
    this.#socket.on('end', () => {
      this.#hasEnded = true;
      // It is the end behind a request that the parser has read and Node has not heard of.
      if (this.#takeEarly === undefined) this.#end.call(this.#socket);
    });
  }

  #stopped(rest: Buffer, take: (() => void) | undefined): void {
    this.#sort();
    if (!this.#goesOn) return;
    this.#takeEarly = take;
    this.#hold(rest);
  }

  #hold(bytes: Buffer): void {
    this.#socket.pause();
    // Given back to the socket, so that its end comes after them.
    if (bytes.length > 0) this.#socket.unshift(bytes);
    // Node resumes the socket of a request that has a body: then the same bytes come here again.
    if (this.#heldBytes > 0) return;
    this.#current!.once('close', () => this.#goOn());
    this.#heldBytes = heldAtMostBytes;
    if (!this.#onHeld(this.#heldBytes)) this.#socket.destroy();
  }

  #goOn(): void {
    this.#release();
    if (this.#socket.destroyed) return;
    const take = this.#takeEarly;
    this.#takeEarly = undefined;
    if (take !== undefined && this.#goesOn) take();
    if (take !== undefined && this.#hasEnded) this.#end.call(this.#socket);
    if (take !== undefined && this.#isBusy()) this.#hold(noBytes);
    else this.#socket.resume();
  }

  /** Heads one by one; what is no head's end may be a part of a body. */
  #feed(chunk: Buffer): void {
    for (let from = 0; from < chunk.length && this.#isOpen && !this.#isLast; ) {
      if (this.#isBusy() || this.#takeEarly !== undefined) {
        this.#hold(partOf(chunk, from, chunk.length));
        return;
      }
      const end = endAfter(chunk, from, this.#seen);
      const to = end ?? chunk.length;
      const part = partOf(chunk, from, to);
      this.#seen = end === undefined ? matchedAtEnd(part, this.#seen) : 0;
      from = to;
      this.#parse.call(this.#socket, part);
    }
  }
}

const noBytes = Buffer.alloc(0);

/** All of it is the chunk itself. */
function partOf(chunk: Buffer, from: number, to: number): Buffer {
  return from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to);
}

/** Where the first head ends that ends behind `from`. */
function endAfter(chunk: Buffer, from: number, seen: number): number | undefined {
  if (seen > 0 && from + endOfHead.length - seen <= chunk.length) {
    const rest = endOfHead.length - seen;
    if (chunk.compare(endOfHead, seen, endOfHead.length, from, from + rest) === 0) return from + rest;
  }
  const at = chunk.indexOf(endOfHead, from);
  return at < 0 ? undefined : at + endOfHead.length;
}

/** How much of the end of a head the parser has seen when it got `part` after `seen`: 0 to 3 bytes. */
function matchedAtEnd(part: Buffer, seen: number): number {
  const before = endOfHead.subarray(0, seen);
  const tail = Buffer.concat([before, part.subarray(Math.max(0, part.length - 3))]).subarray(-3);
  for (let length = 3; length > 0; length--) {
    if (tail.length >= length && tail.compare(endOfHead, 0, length, tail.length - length) === 0) return length;
  }
  return 0;
}
