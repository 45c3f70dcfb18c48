/** `/readyz`: whether machines are to be sent here, and whether this server has a change already. */
import { type StoreStatus, storeSentence } from '../data/store-watch.ts';
import { limits } from '../limits/limits.ts';
import { busyResponse, plainResponse, type Request, type Response } from './message.ts';

/** What is known of the store, for `/readyz`. */
export interface StoreReadiness {
  status(): StoreStatus;
  has(revision: number): boolean;
}

export interface ReadyQuestion {
  readonly store: StoreReadiness | undefined;
  /** Why the server is not ready whatever its store does; undefined: it is. */
  readonly obstacle: string | undefined;
}

/** Nobody waits for longer, in seconds. */
export const maxReadyWaitSeconds = 30;
export function isReadyTarget(target: string): boolean {
  return /^\/readyz(?:\?|$)/.test(target);
}

const lookMs = 20;
/** Requests that wait for a store. */
const waiting = new WeakMap<StoreReadiness, number>();

/**
 * Without a query `ok`, with a line on what is wrong with the store. `revision=N`: 503 until everything up to that revision is in force here;
 * `wait=S` (seconds) waits for it first. The revision and its epoch are in headers.
 */
export function readyResponse(
  { store, obstacle }: ReadyQuestion,
  request: Request,
  rawQuery: string,
): Response | Promise<Response> {
  if (obstacle !== undefined) {
    return plainResponse(503, `${obstacle}\n`, { endpoint: 'readyz', reason: 'stopping' });
  }
  if (store === undefined) return told(undefined, 200, 'ok\n');
  const query = new URLSearchParams(rawQuery);
  const wanted = query.get('revision');
  if (wanted === null) return ready(store);
  const revision = numberOf(wanted, Number.MAX_SAFE_INTEGER);
  const seconds = numberOf(query.get('wait') ?? '0', maxReadyWaitSeconds);
  if (revision === undefined || seconds === undefined) {
    const text = `wanted revision=NUMBER, and wait=SECONDS up to ${maxReadyWaitSeconds}\n`;
    return plainResponse(400, text, { endpoint: 'readyz', reason: 'bad_target' });
  }
  if (store.has(revision)) return ready(store);
  if (seconds === 0 || waitingFor(store) >= limits.readyWaiting) return notYet(store, revision);
  if (request.enter?.() === false) return busyResponse('readyz');
  return untilThere(store, revision, { request, untilMs: performance.now() + seconds * 1000 });
}

async function untilThere(
  store: StoreReadiness,
  revision: number,
  { request, untilMs }: { readonly request: Request; readonly untilMs: number },
): Promise<Response> {
  waiting.set(store, waitingFor(store) + 1);
  try {
    while (performance.now() < untilMs && request.gone !== true) {
      await new Promise((resolve) => setTimeout(resolve, lookMs));
      if (store.has(revision)) return ready(store);
    }
    return notYet(store, revision);
  } finally {
    waiting.set(store, waitingFor(store) - 1);
  }
}

function waitingFor(store: StoreReadiness): number {
  return waiting.get(store) ?? 0;
}

function ready(store: StoreReadiness): Response {
  const status = store.status();
  const sentence = storeSentence(status);
  const text = `${sentence ?? 'ok'}\n`;
  if (status.isStale) return told(status, 503, text);
  return told(status, 200, sentence === undefined ? text : `ok\n${text}`);
}

function notYet(store: StoreReadiness, revision: number): Response {
  const status = store.status();
  const text = `revision ${revision} is not in force here yet; ${status.position.revision} is\n`;
  const sentence = storeSentence(status);
  return told(status, 503, sentence === undefined ? text : `${text}${sentence}\n`);
}

function told(status: StoreStatus | undefined, code: number, text: string): Response {
  const { headers, ...rest } = plainResponse(code, text, {
    endpoint: 'readyz',
    reason: code === 200 ? 'ok' : 'behind',
  });
  const revision = status && {
    'X-Matchbox-Revision': `${status.position.revision}`,
    'X-Matchbox-Epoch': status.position.epoch,
  };
  const retry = code === 200 ? {} : { 'Retry-After': '1' };
  return { ...rest, headers: { ...headers, ...revision, ...retry } };
}

function numberOf(text: string, max: number): number | undefined {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : undefined;
  return number !== undefined && number <= max ? number : undefined;
}
