/**
 * Lets one request of an HTTP/1.1 connection in at a time.
 * Quirk: node:http hands out every pipelined request that a packet holds (nodejs/node, lib/_http_server.js: parserOnIncoming),
 * each with what it needs. So the parser gets what came up to the end of one head, and the next bytes when that is answered.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

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
export function installGate(socket: Socket, { onHeld }: GateOptions): RequestGate {
  const [parse] = socket.listeners('data') as ((chunk: Buffer) => void)[];
  let current: ServerResponse | undefined;
  let heldBytes = 0;
  let open = true;
  /** How many bytes of the end of a head were the last that the parser got. */
  let seen = 0;

  const gate: RequestGate = {
    get isIdle() {
      return !isBusy();
    },
    entered: (response) => {
      // What came behind a body, in one piece with it: no firmware does that.
      if (gate.bodyWanted && isUnanswered()) socket.destroy();
      current = response;
    },
    bodyWanted: false,
    shut: () => {
      open = false;
      release();
    },
    last: false,
    whenGone: undefined,
  };
  const release = () => {
    if (heldBytes > 0) onHeld(-heldBytes);
    heldBytes = 0;
  };
  const isUnanswered = () => current !== undefined && !current.writableFinished && !current.destroyed;
  const isBusy = () => isUnanswered() && !gate.bodyWanted;
  const hold = (bytes: Buffer) => {
    socket.pause();
    // Given back to the socket, so that its end comes after them.
    socket.unshift(bytes);
    // Node resumes the socket of a request that has a body: then the same bytes come here again.
    if (heldBytes > 0) return;
    current!.once('close', goOn);
    heldBytes = heldAtMostBytes;
    if (!onHeld(heldBytes)) socket.destroy();
  };
  const goOn = () => {
    release();
    if (!socket.destroyed) socket.resume();
  };
  /** Heads one by one; what is no head's end may be a part of a body. */
  const feed = (chunk: Buffer) => {
    for (let from = 0; from < chunk.length && open && !gate.last; ) {
      if (isBusy()) {
        hold(partOf(chunk, from, chunk.length));
        return;
      }
      const end = endAfter(chunk, from, seen);
      const to = end ?? chunk.length;
      const part = partOf(chunk, from, to);
      seen = end === undefined ? matchedAtEnd(part, seen) : 0;
      from = to;
      parse!.call(socket, part);
    }
  };
  socket.removeListener('data', parse!);
  socket.on('data', (chunk: Buffer) => {
    if (open) feed(chunk);
  });
  socket.once('close', () => {
    gate.shut();
    gate.whenGone?.();
  });
  return gate;
}

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
