/** How many machines are known, and what they weigh: who has to go so that there is room for others. */
import { limits } from '../limits/limits.ts';
import { isOrdered, type Machine } from './machine.ts';
import { weightOf } from './weight.ts';

export interface RoomBounds {
  /**
   * Machines kept that have a group of their own, are installed or have orders (100,000). The one that was silent for longest is
   * forgotten; of an installed or ordered one only when there is no other left, since it would install itself again.
   */
  readonly maxMachines?: number;
  /** … and what they weigh. */
  readonly maxBytes?: number;
  /** … and all others, which anybody can make up (5,000). */
  readonly maxInbox?: number;
  readonly maxInboxBytes?: number;
}

/** `passing`: anybody can make it up. `own`: it has a group of its own. `lasting`: forgotten it would install itself, or boot against an order. */
type Rank = 'passing' | 'own' | 'lasting';

export class Room {
  readonly #bounds: Required<RoomBounds>;
  /** What each weighs, by how much would be lost with it; the one that was silent for longest first. */
  readonly #ranks: Readonly<Record<Rank, Map<string, number>>> = {
    passing: new Map(),
    own: new Map(),
    lasting: new Map(),
  };
  /** Who is the last of its rank. */
  #last = '';
  readonly #bytes: Record<Rank, number> = { passing: 0, own: 0, lasting: 0 };

  constructor(bounds: RoomBounds) {
    this.#bounds = {
      maxMachines: bounds.maxMachines ?? limits.machines,
      maxBytes: bounds.maxBytes ?? limits.machineBytes,
      maxInbox: bounds.maxInbox ?? limits.strangers,
      maxInboxBytes: bounds.maxInboxBytes ?? limits.strangerBytes,
    };
  }

  put(machine: Machine, before: Machine | undefined): void {
    if (before !== undefined) this.remove(before);
    const rank = rankOf(machine);
    const bytes = weightOf(machine);
    this.#ranks[rank].set(machine.id, bytes);
    this.#bytes[rank] += bytes;
    this.#last = machine.id;
  }

  /** One that weighs what it weighed and means what it meant: only that it was silent for longest is no longer true. */
  cameAgain(machine: Machine): void {
    if (this.#last === machine.id) return;
    const rank = this.#ranks[rankOf(machine)];
    const bytes = rank.get(machine.id)!;
    rank.delete(machine.id);
    rank.set(machine.id, bytes);
    this.#last = machine.id;
  }

  remove(machine: Machine): void {
    const rank = rankOf(machine);
    this.#bytes[rank] -= this.#ranks[rank].get(machine.id) ?? 0;
    this.#ranks[rank].delete(machine.id);
  }

  /** Who is to be forgotten: one for whom there is no room; undefined when there is room for all. */
  tooMany(): string | undefined {
    const { passing, own, lasting } = this.#ranks;
    const { maxMachines, maxBytes, maxInbox, maxInboxBytes } = this.#bounds;
    // One that is too heavy by itself stays: whoever was put last is answered.
    if (passing.size > maxInbox || (passing.size > 1 && this.#bytes.passing > maxInboxBytes)) return firstOf(passing);
    const kept = own.size + lasting.size;
    if (kept <= maxMachines && (kept <= 1 || this.#bytes.own + this.#bytes.lasting <= maxBytes)) return undefined;
    return firstOf(own.size > 0 ? own : lasting);
  }
}

function firstOf(machines: ReadonlyMap<string, number>): string {
  return machines.keys().next().value!;
}

function rankOf(machine: Machine): Rank {
  if (machine.installed !== undefined || isOrdered(machine)) return 'lasting';
  return machine.inbox ? 'passing' : 'own';
}
