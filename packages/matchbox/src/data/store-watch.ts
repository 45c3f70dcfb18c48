/** How a server stands to its store: what is asked at `/readyz`, counted, and said again in the log while it lasts. */
import type { Logger } from '../log/log.ts';
import type { Catalog } from './catalog.ts';
import type { Position } from './store.ts';

/** Where what is served comes from: the store, a cache file while it is away, or a cache file since the store has lost what that has. */
export type ServedFrom = 'engine' | 'cache' | 'older';

export interface StoreStatus {
  /** Of what is served. */
  readonly position: Position;
  /** The newest that the store has told of. */
  readonly heard: Position;
  readonly servedFrom: ServedFrom;
  /** How long the store could not be reached; undefined while it can. */
  readonly lost: { readonly sinceMs: number; readonly forMs: number; readonly reason: string } | undefined;
  /** How long the store has been away for longer than what is served may be old. */
  readonly isStale: boolean;
  /** When the cache file was written last, in milliseconds; undefined: never by this server. */
  readonly cacheWrittenAtMs: number | undefined;
}

export interface StoreWatch {
  status(): StoreStatus;
  /** Whether everything up to this revision is in force. */
  has(revision: number): boolean;
  close(): void;
}

export interface StoreWatchOptions {
  readonly catalog: Pick<Catalog, 'position' | 'heard' | 'state' | 'lostSinceMs'>;
  readonly servedFrom?: (() => ServedFrom) | undefined;
  readonly cacheWrittenAtMs?: (() => number | undefined) | undefined;
  /** A server that has not reached its store for longer is not ready; undefined: it is. */
  readonly maxStaleMs?: number | undefined;
  readonly logger: Logger;
  readonly now?: () => number;
}

/** While the store is away the log says so again after this long. */
const remindMs = 5 * 60 * 1000;
const lookMs = 10_000;

export function watchStore(options: StoreWatchOptions): StoreWatch {
  const { catalog, maxStaleMs, logger, now = Date.now } = options;
  const status = (): StoreStatus => {
    const { position, heard, state, lostSinceMs: sinceMs } = catalog;
    const forMs = sinceMs === undefined ? 0 : Math.max(0, now() - sinceMs);
    return {
      position,
      heard,
      servedFrom: options.servedFrom?.() ?? 'engine',
      lost: state.is === 'lost' && sinceMs !== undefined ? { sinceMs, forMs, reason: state.reason } : undefined,
      isStale: maxStaleMs !== undefined && sinceMs !== undefined && forMs > maxStaleMs,
      cacheWrittenAtMs: options.cacheWrittenAtMs?.(),
    };
  };
  let remindedAtMs = now();
  const timer = setInterval(() => {
    const { lost, servedFrom } = status();
    if (lost === undefined && servedFrom !== 'older') remindedAtMs = now();
    if (now() - remindedAtMs < remindMs) return;
    remindedAtMs = now();
    logger.error(storeSentence(status()) ?? '');
  }, lookMs);
  timer.unref();
  return {
    status,
    has: (revision) => catalog.position.revision >= revision,
    close: () => clearInterval(timer),
  };
}

/** What is wrong, in one line; undefined when nothing is. */
export function storeSentence({ lost, servedFrom, position }: StoreStatus): string | undefined {
  if (servedFrom === 'older') {
    return `the store has lost what came before revision ${position.revision}: the cache is served, and writes are refused`;
  }
  if (lost === undefined) return undefined;
  const what = servedFrom === 'cache' ? 'the cache' : 'what was known';
  return `the store cannot be reached for ${Math.round(lost.forMs / 1000)} s (${lost.reason}): ${what} is served, as of revision ${position.revision}`;
}
