/** Sends what receivers wait for, one after the other, until it is taken or given up; what waits survives a restart. */
import { systemMessage } from '@matchbox/gotext';
import type { Logger } from '../log/log.ts';
import type { MachineEvent } from '../machines/event.ts';
import type { Machines } from '../machines/machines.ts';
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

/** Deliveries that wait for one receiver; of more the oldest progress is dropped first, failures last. */
const maxWaiting = 10_000;
const idleMs = 1000;

interface Delivery {
  readonly id: string;
  readonly url: string;
  readonly body: string;
  readonly at: number;
  readonly failed: boolean;
  attempts: number;
  dueAt: number;
}

export function startWebhooks(options: WebhooksOptions): Webhooks {
  const { receivers, machines, source, logger, post = postOverHttp, now = Date.now, random = Math.random } = options;
  /** By receiver, in the order of their events. */
  const queues = new Map<string, Map<string, Delivery>>(receivers.map(({ url }) => [url, new Map()]));
  const gone = new Set<string>();
  /** Ends the pauses of those that have nothing to send. */
  const pauses = new Set<() => void>();
  let lost = 0;
  let made = 0;
  const stopping = new AbortController();
  for (const value of machines.store.table('deliveries').values()) {
    const delivery = value as Delivery | null;
    if (delivery !== null) queues.get(delivery.url)?.set(delivery.id, { ...delivery });
  }
  const orphans = [...machines.store.table('deliveries')].filter(
    ([, value]) => !queues.has((value as Delivery | null)?.url ?? ''),
  );
  if (orphans.length > 0) {
    const puts = orphans.map(([key]) => ({ table: 'deliveries' as const, key, value: undefined }));
    void machines.store.commit({ puts }).catch(() => {});
  }

  const keep = (delivery: Delivery) =>
    machines.store.commit({ puts: [{ table: 'deliveries', key: delivery.id, value: delivery }] }).catch(() => {});
  const drop = (queue: Map<string, Delivery>, delivery: Delivery) => {
    queue.delete(delivery.id);
    void machines.store.commit({ puts: [{ table: 'deliveries', key: delivery.id, value: undefined }] }).catch(() => {});
  };
  const makeRoom = (queue: Map<string, Delivery>) => {
    if (queue.size <= maxWaiting) return;
    const oldest = firstOf(queue, ({ failed }) => !failed) ?? queue.values().next().value!;
    drop(queue, oldest);
    lost++;
  };

  const listening = machines.listen({
    happened: (event) => {
      const machine = machines.registry.get(event.machine);
      // A rollout's own events are of no machine.
      if (machine === undefined && event.rollout === undefined) return;
      for (const receiver of receivers) {
        const queue = queues.get(receiver.url)!;
        if (gone.has(receiver.url) || !isWanted(receiver, event)) continue;
        const id = `${event.machine}-${event.at.toString(36)}-${(made++).toString(36)}`;
        const body = cloudEvent(event, machine, { id, source });
        const delivery: Delivery = {
          id,
          url: receiver.url,
          body,
          at: event.at,
          failed: isFailure(event),
          attempts: 0,
          dueAt: 0,
        };
        queue.set(id, delivery);
        void keep(delivery);
        makeRoom(queue);
        for (const done of [...pauses]) done();
      }
    },
  });

  const attempt = async (receiver: Receiver, queue: Map<string, Delivery>, delivery: Delivery) => {
    if (now() - delivery.at > maxAgeMs) return giveUp(receiver, queue, delivery, 'it is a day old');
    let answer: Awaited<ReturnType<Post>> | undefined;
    let fault = '';
    try {
      const headers = headersOf(delivery.id, delivery.body, receiver.secrets, now());
      answer = await post(receiver.url, headers, delivery.body, stopping.signal);
      fault = `answered ${answer.status}`;
    } catch (error) {
      fault = systemMessage(error instanceof Error && error.cause instanceof Error ? error.cause : error);
    }
    // What was cut off by our own end is sent again, under the same id.
    if (answer === undefined && stopping.signal.aborted) return;
    delivery.attempts++;
    const verdict = judge(answer?.status, delivery.attempts, answer?.retryAfterSeconds, random());
    if (verdict.kind === 'done') drop(queue, delivery);
    else if (verdict.kind === 'give_up') giveUp(receiver, queue, delivery, verdict.why);
    else if (verdict.kind === 'gone') {
      gone.add(receiver.url);
      logger.warn('a webhook receiver wants no more (410): it is told nothing until the next start', {
        url: withoutSecrets(receiver.url),
      });
      for (const each of [...queue.values()]) drop(queue, each);
    } else {
      delivery.dueAt = now() + verdict.afterMs;
      if (delivery.attempts === 1)
        logger.warn(`a webhook receiver did not take an event: ${fault}`, { url: withoutSecrets(receiver.url) });
      // It may have been dropped meanwhile, for want of room.
      if (queue.has(delivery.id)) await keep(delivery);
    }
  };
  const giveUp = (receiver: Receiver, queue: Map<string, Delivery>, delivery: Delivery, why: string) => {
    drop(queue, delivery);
    lost++;
    logger.error(`an event is given up: ${why}`, { url: withoutSecrets(receiver.url), event: delivery.id });
  };

  /** One at a time for each receiver, so that a slow one holds nobody else up. */
  const serve = async (receiver: Receiver) => {
    const queue = queues.get(receiver.url)!;
    while (!stopping.signal.aborted) {
      const at = now();
      const due = firstOf(queue, ({ dueAt }) => dueAt <= at);
      if (due === undefined) await pause();
      else await attempt(receiver, queue, due);
    }
  };
  const pause = () =>
    new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        pauses.delete(done);
        resolve();
      };
      const timer = setTimeout(done, idleMs);
      timer.unref();
      pauses.add(done);
    });
  const serving = receivers.map(serve);
  return {
    get lost() {
      return lost;
    },
    get waiting() {
      return [...queues.values()].reduce((sum, queue) => sum + queue.size, 0);
    },
    close: async () => {
      stopping.abort();
      listening.close();
      for (const done of [...pauses]) done();
      await Promise.all(serving);
    },
  };
}

function firstOf(queue: ReadonlyMap<string, Delivery>, holds: (delivery: Delivery) => boolean): Delivery | undefined {
  for (const delivery of queue.values()) if (holds(delivery)) return delivery;
  return undefined;
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
