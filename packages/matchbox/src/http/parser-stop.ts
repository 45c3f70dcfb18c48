/**
 * Stops node:http's parser behind the head of a request that came too early, though more of the packet is with it already.
 * Quirk: the parser reads the socket's handle by itself (src/node_http_parser.cc, Consume), past the socket's stream, and hands out every request that a packet holds
 * (nodejs/node, src/node_http_parser.cc: OnStreamRead; lib/_http_server.js: connectionListenerInternal). Reading the socket by a listener
 * instead costs a fifth of what a bare server takes for a request. None of what is used here is public; it is the same in Node 20 to 26.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

export interface StopOptions {
  /** A request is in work: asked of each that comes when its head has been read, before the server hears of it. */
  readonly isBusy: () => boolean;
  /** Asked when the server has heard of a request: nothing behind its head is wanted. */
  readonly isLast: () => boolean;
  /**
   * Called behind the parser's work.
   * @param rest what the parser has not read; where it found a fault, which it finds again, from that head on
   * @param take hands the request over that came too early; undefined where none did
   */
  readonly onStopped: (rest: Buffer, take: (() => void) | undefined) => void;
}

export interface ParserStop {
  /** The parser goes on as Node made it. */
  lift(): void;
}

/** As the parser's own code calls them. */
interface Parser {
  onIncoming: (message: IncomingMessage & { upgrade?: boolean }, keepAlive: boolean) => number;
  /** What the parser was given last. */
  getCurrentBuffer(): Buffer;
  resume(): void;
  /** Parses; memory that is none would be the end of it all. */
  execute(bytes: Buffer): unknown;
  /** At `kOnExecute`: called with how many bytes were parsed, or an error that has them. */
  [event: number]: ((parsed: number | (Error & { bytesParsed: number })) => void) | undefined;
}

/** Spec: llhttp's HPE_PAUSED, which a callback returns to have the parser stop where it is (nodejs/llhttp, src/llhttp/constants.ts). */
const paused = 21;

/** @returns undefined where Node's parser is not as it is known here: nothing is stopped then */
export function stopParser(socket: Socket, { isBusy, isLast, onStopped }: StopOptions): ParserStop | undefined {
  const known = parserOf(socket);
  if (known === undefined) return undefined;
  const { parser, onExecute } = known;
  const { onIncoming: hand, [onExecute]: executed } = parser;
  const stop = (take?: () => void): number => {
    parser[onExecute] = (parsed) => {
      const length = typeof parsed === 'number' ? parsed : parsed.bytesParsed;
      const buffer = parser.getCurrentBuffer();
      parser[onExecute] = executed;
      parser.resume();
      // Where there is no body, the request ends with its head: it goes on to there without another byte.
      if (!isLast()) parser.execute(buffer.subarray(0, 0));
      executed!(length);
      onStopped(buffer.subarray(length), take);
    };
    return paused;
  };
  const onIncoming: Parser['onIncoming'] = (message, keepAlive) => {
    if (!isBusy()) {
      const { upgrade: asksForOther } = message;
      const wanted = hand(message, keepAlive);
      // Quirk: the parser takes what follows an Upgrade that Node does not follow for another protocol's, and it is lost
      // (lib/_http_server.js: onParserExecuteCommon).
      return isLast() || (asksForOther && !message.upgrade) ? stop() : wanted;
    }
    // Nobody changes the protocol behind a request in work: it is answered as any other.
    message.upgrade = false;
    return stop(() => void hand(message, keepAlive && message.method !== 'CONNECT'));
  };
  parser.onIncoming = onIncoming;
  parser[onExecute] = (parsed) => {
    // What came before the fault has its answer first.
    if (typeof parsed === 'number' || !isBusy()) executed!(parsed);
    else onStopped(fromHead(parser.getCurrentBuffer(), parsed.bytesParsed), undefined);
  };
  return {
    lift: () => {
      // Node gives it to another connection when this one has ended.
      if (parser.onIncoming !== onIncoming) return;
      parser.onIncoming = hand;
      parser[onExecute] = executed;
    },
  };
}

const endOfHead = '\r\n\r\n';

function fromHead(buffer: Buffer, at: number): Buffer {
  const end = buffer.lastIndexOf(endOfHead, Math.max(0, at - 1));
  return buffer.subarray(end < 0 ? 0 : end + endOfHead.length);
}

function parserOf(socket: Socket): { readonly parser: Parser; readonly onExecute: number } | undefined {
  const { parser } = socket as { readonly parser?: Partial<Parser> };
  const { kOnExecute: onExecute } = (parser?.constructor ?? {}) as { readonly kOnExecute?: number };
  if (parser === undefined || onExecute === undefined) return undefined;
  const needed = [parser.onIncoming, parser.getCurrentBuffer, parser.resume, parser.execute, parser[onExecute]];
  return needed.every((each) => typeof each === 'function') ? { parser: parser as Parser, onExecute } : undefined;
}
