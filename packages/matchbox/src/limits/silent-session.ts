/**
 * Ends HTTP/2 connections of clients that are gone, or that are not read any more.
 * Quirk: node:http2 reads no further once nghttp2 has ended a session for what a client sent, and never sees that the client has left (the floods of tests/hostile/http2-attacks.ts are of that kind).
 */

/** What is needed of a session of node:http2. */
export interface SilentSession {
  readonly destroyed: boolean;
  readonly closed: boolean;
  ping(callback: (error: Error | null) => void): boolean;
  close(): void;
  once(event: 'close', listener: () => void): unknown;
}

export interface SilenceBounds {
  /** Ends the session and its socket. */
  readonly cut: () => void;
  /** No request is open. */
  readonly isIdle: () => boolean;
  /** How many bytes have come from the client. */
  readonly receivedBytes: () => number;
  /** A client that has a request open and sends nothing is asked, too, whether it is there: it may be slow, and has so long to say so. */
  readonly slowAnswerMs: number;
  /** Closed after so long without a request; left out: never. */
  readonly keepAliveMs?: number;
}

const lookMs = 2000;
/** A client that idles is asked whether it is there: it has so long to say so … */
const answerMs = 5000;
/** … and is asked again after this. */
const askAgainMs = 60_000;

export function endWhenSilent(
  session: SilentSession,
  { cut, isIdle, receivedBytes, slowAnswerMs, keepAliveMs = Number.POSITIVE_INFINITY }: SilenceBounds,
): void {
  let idleLooks = 0;
  let quietLooks = 0;
  let seenBytes = receivedBytes();
  const ask = () => {
    const timer = setTimeout(cut, isIdle() ? answerMs : slowAnswerMs);
    timer.unref();
    session.once('close', () => clearTimeout(timer));
    session.ping(() => {
      clearTimeout(timer);
      seenBytes = receivedBytes();
    });
  };
  const look = () => {
    const bytes = receivedBytes();
    const isQuiet = isIdle() || bytes === seenBytes;
    seenBytes = bytes;
    idleLooks = isIdle() ? idleLooks + 1 : 0;
    quietLooks = isQuiet ? quietLooks + 1 : 0;
    if (idleLooks * lookMs >= keepAliveMs) session.close();
    else if (quietLooks % (askAgainMs / lookMs) === 1 && !session.closed && !session.destroyed) ask();
  };
  const timer = setInterval(look, lookMs);
  timer.unref();
  session.once('close', () => clearInterval(timer));
}
