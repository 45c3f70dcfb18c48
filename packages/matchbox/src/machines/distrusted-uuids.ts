/** UUIDs that several machines have: those that the operator names, and those that proved to be. */
import { limits } from '../limits/limits.ts';
import type { StatePut, StateStore } from './state-store.ts';
import { inBothOrders } from './trust.ts';

export class DistrustedUuids {
  /** In both byte orders. */
  readonly known = new Set<string>();
  readonly #store: StateStore;
  readonly #named: ReadonlySet<string>;

  /** @param named by the operator, in lower case: these are not counted, and never forgotten */
  constructor(store: StateStore, named: ReadonlySet<string> = new Set()) {
    this.#store = store;
    this.#named = inBothOrders(named);
    for (const uuid of [...this.#named, ...inBothOrders(store.table('distrusted').keys())]) this.known.add(uuid);
  }

  /** Another replica has learned it. */
  hear(uuid: string): void {
    for (const each of inBothOrders([uuid])) this.known.add(each);
  }

  /** Keeps what proved to be one. It follows from what anybody may send, so there are no more of them than a bound. */
  learned(uuid: string, at: number): void {
    const table = this.#store.table('distrusted');
    const puts: StatePut[] = [{ table: 'distrusted', key: uuid, value: { at } }];
    const [oldest] = table.size < limits.distrustedUuids ? [] : table.keys();
    if (oldest !== undefined) {
      puts.push({ table: 'distrusted', key: oldest, value: undefined });
      for (const each of inBothOrders([oldest])) if (!this.#named.has(each)) this.known.delete(each);
    }
    void this.#store.commit({ puts }).catch(() => {});
  }
}
