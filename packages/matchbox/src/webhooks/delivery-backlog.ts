/** Deliveries that wait, by receiver and in the order of their events; kept where machines' state is. */
import { limits } from '../limits/limits.ts';
import type { StateStore } from '../machines/state-store.ts';
import type { Receiver } from './receiver.ts';

const table = 'deliveries';

export interface Delivery {
  readonly id: string;
  readonly url: string;
  readonly body: string;
  readonly at: number;
  readonly failed: boolean;
  attempts: number;
  dueAt: number;
}

export class DeliveryBacklog {
  readonly #store: StateStore;
  readonly #queues: ReadonlyMap<string, Map<string, Delivery>>;
  /** Deliveries that were dropped or given up since the start. */
  lost = 0;

  /** Takes up what was left waiting; what is for nobody of now goes. */
  constructor(receivers: readonly Receiver[], store: StateStore) {
    this.#store = store;
    this.#queues = new Map(receivers.map(({ url }) => [url, new Map()]));
    const orphans: string[] = [];
    for (const [key, value] of store.table(table)) {
      const delivery = value as Delivery | null;
      const queue = this.#queues.get(delivery?.url ?? '');
      if (delivery === null || queue === undefined) orphans.push(key);
      else queue.set(delivery.id, { ...delivery });
    }
    if (orphans.length > 0) {
      const puts = orphans.map((key) => ({ table, key, value: undefined }) as const);
      void store.commit({ puts }).catch(() => {});
    }
  }

  get size(): number {
    return [...this.#queues.values()].reduce((sum, queue) => sum + queue.size, 0);
  }

  add(delivery: Delivery): void {
    const queue = this.#queues.get(delivery.url)!;
    queue.set(delivery.id, delivery);
    void this.#keep(delivery);
    if (queue.size <= limits.deliveries) return;
    this.drop(firstOf(queue, ({ failed }) => !failed) ?? queue.values().next().value!);
    this.lost++;
  }

  /** The first of a receiver that may be sent now. */
  due(url: string, now: number): Delivery | undefined {
    return firstOf(this.#queues.get(url)!, ({ dueAt }) => dueAt <= now);
  }

  /** Keeps what was tried; it may have been dropped meanwhile, for want of room. */
  async keep(delivery: Delivery): Promise<void> {
    if (this.#queues.get(delivery.url)!.has(delivery.id)) await this.#keep(delivery);
  }

  drop({ id, url }: Delivery): void {
    this.#queues.get(url)!.delete(id);
    void this.#store.commit({ puts: [{ table, key: id, value: undefined }] }).catch(() => {});
  }

  dropAll(url: string): void {
    for (const each of [...this.#queues.get(url)!.values()]) this.drop(each);
  }

  async #keep(delivery: Delivery): Promise<void> {
    await this.#store.commit({ puts: [{ table, key: delivery.id, value: delivery }] }).catch(() => {});
  }
}

function firstOf(queue: ReadonlyMap<string, Delivery>, holds: (delivery: Delivery) => boolean): Delivery | undefined {
  for (const delivery of queue.values()) if (holds(delivery)) return delivery;
  return undefined;
}
