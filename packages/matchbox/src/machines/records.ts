/**
 * The machines' records by id, and beside each of them when its machine did again what the record says: a record anew for each time
 * would be most of what the memory has to be cleared of. It becomes part of the record when somebody looks at it.
 */
import { type BootStep, type Machine, withStep } from './machine.ts';

export interface Slot {
  /** Of the machine that has this place, without what stands beside it; undefined once it is forgotten. */
  machine: Machine | undefined;
  /** When it did the same again; 0 when it did not. */
  againAt: number;
  /** … and the step that it did again. */
  step: BootStep | undefined;
}

export class Records {
  readonly #slots = new Map<string, Slot>();

  get size(): number {
    return this.#slots.size;
  }

  get(id: string): Machine | undefined {
    const slot = this.#slots.get(id);
    return slot === undefined ? undefined : currentOf(slot);
  }

  /** The same as long as the machine is known. */
  slot(id: string): Slot | undefined {
    return this.#slots.get(id);
  }

  has(id: string): boolean {
    return this.#slots.has(id);
  }

  set(machine: Machine): void {
    const slot = this.#slots.get(machine.id);
    if (slot === undefined) this.#slots.set(machine.id, { machine, againAt: 0, step: undefined });
    else {
      slot.machine = machine;
      slot.againAt = 0;
    }
  }

  delete(id: string): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    slot.machine = undefined;
    this.#slots.delete(id);
  }

  *values(): IterableIterator<Machine> {
    for (const slot of this.#slots.values()) yield currentOf(slot)!;
  }
}

/** Notes that a machine did again what its record says, from the address that it asked from last. */
export function didAgain(slot: Slot, at: number, step: BootStep | undefined): void {
  // One number for one step: another one has to be part of the record first.
  if (slot.againAt !== 0 && slot.step !== step) currentOf(slot);
  slot.againAt = Math.max(slot.againAt, at);
  slot.step = step;
}

function currentOf(slot: Slot): Machine | undefined {
  const { machine, againAt, step } = slot;
  if (machine === undefined || againAt === 0) return machine;
  slot.againAt = 0;
  slot.machine = withTimes(machine, againAt, step);
  return slot.machine;
}

function withTimes(machine: Machine, at: number, step: BootStep | undefined): Machine {
  const { boot, addresses } = machine;
  const last = addresses.at(-1);
  return {
    ...machine,
    lastSeen: Math.max(machine.lastSeen, at),
    addresses: last === undefined ? addresses : [...addresses.slice(0, -1), { address: last.address, at }],
    boot: boot === undefined || step === undefined ? boot : { ...boot, steps: withStep(boot.steps, step, at) },
  };
}
