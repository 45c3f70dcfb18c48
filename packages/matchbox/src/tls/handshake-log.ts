/** Counts failed TLS handshakes and writes them to the log: each kind of each client once, then once in two minutes with how often. */

import { limits } from '../limits/limits.ts';
import type { Logger } from '../log/log.ts';
import type { Metrics } from '../log/metrics.ts';
import type { HandshakeFailure } from './handshake-failure.ts';

export interface HandshakeLogOptions {
  /** What the line begins with: `gRPC`, `HTTPS`. */
  readonly name: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Milliseconds. */
  readonly now?: (() => number) | undefined;
}

export interface HandshakeLog {
  /** @param remoteAddress `192.0.2.7:51234` */
  failed(failure: HandshakeFailure, remoteAddress: string): void;
  /** Writes what was not written yet. */
  close(): void;
}

interface Seen {
  readonly since: number;
  /** Of the last one. */
  readonly write: (repeated: string) => void;
  repeats: number;
}

export const handshakeFoldMs = 120_000;

export function createHandshakeLog({ name, logger, metrics, now = Date.now }: HandshakeLogOptions): HandshakeLog {
  const seen = new Map<string, Seen>();
  let unwritten = 0;

  const flushOlderThan = (ageMs: number) => {
    for (const [key, entry] of [...seen]) {
      // Insertion order is age order, so the first young one ends the search.
      if (now() - entry.since < ageMs) break;
      seen.delete(key);
      if (entry.repeats === 0) continue;
      seen.set(key, { ...entry, since: now(), repeats: 0 });
      entry.write(`${entry.repeats} ${entry.repeats === 1 ? 'time' : 'times'}`);
    }
    if (unwritten > 0) logger.warn(`${name}: ${unwritten} more TLS handshakes with other clients failed`);
    unwritten = 0;
  };
  const timer = setInterval(() => flushOlderThan(handshakeFoldMs), 10_000).unref();

  return {
    failed: ({ reason, text }, remoteAddress) => {
      metrics.tlsFailed(reason);
      const key = `${reason} ${remoteAddress.replace(/:\d+$/, '')}`;
      const known = seen.get(key);
      if (known !== undefined) known.repeats++;
      else if (seen.size >= limits.foldedHandshakes) unwritten++;
      else {
        const message = `${name}: TLS handshake with ${remoteAddress} failed: ${text}`;
        seen.set(key, {
          since: now(),
          write: (repeated) => logger.warn(message, { reason, repeated }),
          repeats: 0,
        });
        logger.warn(message, { reason });
      }
    },
    close: () => {
      clearInterval(timer);
      flushOlderThan(Number.NEGATIVE_INFINITY);
    },
  };
}
