/** Which machines asked from an address: one as a rule, behind a router as many as there are. */
import { limits } from '../limits/limits.ts';
import type { Machine } from './machine.ts';

export class Neighbours {
  readonly #byAddress = new Map<string, Set<string>>();

  /** The ids of those that asked from an address lately; empty for ever once none of them is known any more. */
  at(address: string): ReadonlySet<string> | undefined {
    return this.#byAddress.get(address);
  }

  remember(address: string, id: string): void {
    const ids = this.#byAddress.get(address) ?? new Set();
    if (ids.size === 1 && ids.has(id)) return;
    if (ids.size === 0) this.#byAddress.set(address, ids);
    ids.delete(id);
    ids.add(id);
    if (ids.size > limits.machinesAtAddress) ids.delete(ids.values().next().value!);
  }

  forget({ id, addresses }: Machine): void {
    for (const { address } of addresses) {
      const ids = this.#byAddress.get(address);
      ids?.delete(id);
      if (ids?.size === 0) this.#byAddress.delete(address);
    }
  }
}
