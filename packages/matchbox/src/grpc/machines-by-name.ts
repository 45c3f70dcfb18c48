/**
 * All machines in the order of what people call them. The order is kept from list to list, and only what came or is called otherwise is put
 * in its place: a list sorts nothing.
 */
import { createSerialQueue } from '../data/serial-queue.ts';
import { calledBy, type Machine } from '../machines/machine.ts';
import type { Machines } from '../machines/machines.ts';
import { mergeInTurns, sortInTurns } from './sort-in-turns.ts';
import { eachInTurns } from './turns.ts';

export interface NamedMachine {
  readonly id: string;
  readonly name: string;
  /** In whose order they are: no two machines have the same. */
  readonly key: string;
}

export class MachinesByName {
  readonly #machines: Machines;
  readonly #known = new Map<string, NamedMachine>();
  #sorted: readonly NamedMachine[] = [];
  /** As of when it is sorted; see `Registry.renamed`. */
  #renamed = -1;
  readonly #looks = createSerialQueue();
  #next: Promise<readonly NamedMachine[]> | undefined;

  constructor(machines: Machines) {
    this.#machines = machines;
  }

  /** Those that were seen before the call. One look serves all who wait for one to begin. */
  inOrder(): Promise<readonly NamedMachine[]> {
    // A look that has begun may have passed what its caller has just changed.
    this.#next ??= this.#looks.run(() => {
      this.#next = undefined;
      return this.#look();
    });
    return this.#next;
  }

  async #look(): Promise<readonly NamedMachine[]> {
    const { registry } = this.#machines;
    await this.#machines.catchUpInTurns();
    const { renamed } = registry;
    if (renamed === this.#renamed) return this.#sorted;
    const moved: NamedMachine[] = [];
    await eachInTurns([...registry.all()], (machine) => {
      const known = this.#known.get(machine.id);
      const name = calledBy(machine);
      if (known?.name !== name) moved.push(named(machine, name));
    });
    for (const each of moved) this.#known.set(each.id, each);
    const stayed: NamedMachine[] = [];
    await eachInTurns(this.#sorted, (each) => {
      if (registry.get(each.id) === undefined) this.#known.delete(each.id);
      else if (this.#known.get(each.id) === each) stayed.push(each);
    });
    this.#sorted = await mergeInTurns(stayed, await sortInTurns(moved));
    this.#renamed = renamed;
    return this.#sorted;
  }
}

/** @param name what people call it */
export function named({ id }: Machine, name: string): NamedMachine {
  return { id, name, key: `${name}\n${id}` };
}
