/** Sends what receivers wait for, one after the other, until it is taken or given up; what waits survives a restart. */
import { systemMessage } from '@matchbox/gotext';
import type { Logger } from '../log/log.ts';
import type { MachineEvent } from '../machines/event.ts';
import type { Machines } from '../machines/machines.ts';
import { type Delivery, DeliveryBacklog } from './delivery-backlog.ts';
import { cloudEvent, headersOf, isWanted } from './message.ts';
import type { Receiver } from './receiver.ts';
import { judge, maxAgeMs } from './schedule.ts';

/** Posts without following redirects. @returns the status and Retry-After in seconds. Rejects when there is no answer. */
export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  /** The server is told to stop. */
  signal: AbortSignal,
) => Promise<{ readonly status: number; readonly retryAfterSeconds?: number }>;

export interface WebhooksOptions {
  readonly receivers: readonly Receiver[];
  readonly machines: Machines;
  /** This server, as events name it: its URL. */
  readonly source: string;
  readonly logger: Logger;
  readonly post?: Post;
  readonly now?: () => number;
  readonly random?: () => number;
}

export interface Webhooks {
  /** Deliveries that were dropped or given up since the start. */
  readonly lost: number;
  readonly waiting: number;
  close(): Promise<void>;
}

const idleMs = 1000;

export function startWebhooks(options: WebhooksOptions): Webhooks {
  const { receivers, machines, source, logger, post = postOverHttp, now = Date.now, random = Math.random } = options;
  const backlog = new DeliveryBacklog(receivers, machines.store);
  const stopping = new AbortController();
  const gone = new Set<string>();
  const pauses = new Pauses();
  const sender: Sender = { logger, post, now, random, backlog, gone, signal: stopping.signal };
  let made = 0;
  const listening = machines.listen({
    lasting: (event) => {
      const machine = machines.registry.get(event.machine);
      // A rollout's own events are of no machine.
      if (machine === undefined && event.rollout === undefined) return;
      for (const receiver of receivers) {
        const { url } = receiver;
        if (gone.has(url) || !isWanted(receiver, event)) continue;
        const id = `${event.machine}-${event.at.toString(36)}-${(made++).toString(36)}`;
        const body = cloudEvent(event, machine, { id, source });
        backlog.add({ id, url, body, at: event.at, failed: isFailure(event), attempts: 0, dueAt: 0 });
        pauses.end();
      }
    },
  });
  /** One at a time for each receiver, so that a slow one holds nobody else up. */
  const serve = async (receiver: Receiver) => {
    while (!stopping.signal.aborted) {
      const due = backlog.due(receiver.url, now());
      if (due === undefined) await pauses.begin();
      else await attempt(sender, receiver, due);
    }
  };
  const serving = receivers.map(serve);
  return {
    get lost() {
      return backlog.lost;
    },
    get waiting() {
      return backlog.size;
    },
    close: async () => {
      stopping.abort();
      listening.close();
      pauses.end();
      await Promise.all(serving);
    },
  };
}

/** What an attempt needs. */
interface Sender extends Required<Pick<WebhooksOptions, 'logger' | 'post' | 'now' | 'random'>> {
  readonly backlog: DeliveryBacklog;
  /** URLs of receivers that want no more. */
  readonly gone: Set<string>;
  /** The server is told to stop. */
  readonly signal: AbortSignal;
}

async function attempt(sender: Sender, receiver: Receiver, delivery: Delivery): Promise<void> {
  const { backlog, post, now, random, signal } = sender;
  if (now() - delivery.at > maxAgeMs) return giveUp(sender, delivery, 'it is a day old');
  let answer: Awaited<ReturnType<Post>> | undefined;
  let fault = '';
  try {
    const headers = headersOf(delivery.id, delivery.body, receiver.secrets, now());
    answer = await post(receiver.url, headers, delivery.body, signal);
    fault = `answered ${answer.status}`;
  } catch (error) {
    fault = systemMessage(error instanceof Error && error.cause instanceof Error ? error.cause : error);
  }
  // What was cut off by our own end is sent again, under the same id.
  if (answer === undefined && signal.aborted) return;
  delivery.attempts++;
  const verdict = judge(answer?.status, delivery.attempts, answer?.retryAfterSeconds, random());
  if (verdict.kind === 'done') backlog.drop(delivery);
  else if (verdict.kind === 'give_up') giveUp(sender, delivery, verdict.why);
  else if (verdict.kind === 'gone') sendNoMore(sender, receiver);
  else await tryLater(sender, delivery, verdict.afterMs, fault);
}

function giveUp({ backlog, logger }: Sender, delivery: Delivery, why: string): void {
  backlog.drop(delivery);
  backlog.lost++;
  logger.error(`an event is given up: ${why}`, { url: withoutSecrets(delivery.url), event: delivery.id });
}

function sendNoMore({ backlog, gone, logger }: Sender, { url }: Receiver): void {
  gone.add(url);
  logger.warn('a webhook receiver wants no more (410): it is told nothing until the next start', {
    url: withoutSecrets(url),
  });
  backlog.dropAll(url);
}

async function tryLater(
  { backlog, logger, now }: Sender,
  delivery: Delivery,
  afterMs: number,
  fault: string,
): Promise<void> {
  delivery.dueAt = now() + afterMs;
  if (delivery.attempts === 1)
    logger.warn(`a webhook receiver did not take an event: ${fault}`, { url: withoutSecrets(delivery.url) });
  await backlog.keep(delivery);
}

/** Pauses of those that have nothing to send. */
class Pauses {
  readonly #begun = new Set<() => void>();

  begin(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#begun.delete(done);
        resolve();
      };
      const timer = setTimeout(done, idleMs);
      timer.unref();
      this.#begun.add(done);
    });
  }

  end(): void {
    for (const done of [...this.#begun]) done();
  }
}

function isFailure({ kind, state }: MachineEvent): boolean {
  return kind !== 'state' || state === 'failed' || state === 'stalled';
}

/** Receivers' URLs may have a token in their query. */
function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

const answerMs = 20_000;

const postOverHttp: Post = async (url, headers, body, signal) => {
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body,
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
  });
  // What the receiver says is of no interest, and may be without end.
  await response.body?.cancel();
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return { status: response.status, ...(retryAfter > 0 && { retryAfterSeconds: retryAfter }) };
};
