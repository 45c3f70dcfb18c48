/** How many machines are known, and what they weigh: who has to go so that there is room for others. */
import { limits } from '../limits/limits.ts';
import { isOrdered, type Machine } from './machine.ts';
import { weighAlike, weightOfSelf, weightOfTexts } from './weight.ts';

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

/** A machine's place among those of its rank. */
interface Place {
  readonly id: string;
  /** What it weighs without the texts of its boot and state, which change with nearly every step. */
  selfBytes: number;
  bytes: number;
  readonly rank: Rank;
  earlier: Place | undefined;
  later: Place | undefined;
}

/**
 * Those of a rank, the one that was silent for longest first. They are linked: one that comes again is put last without a table that
 * has to be made anew for all that were taken out of it.
 */
class Line {
  size = 0;
  bytes = 0;
  first: Place | undefined;
  #last: Place | undefined;

  add(place: Place): void {
    this.size++;
    this.bytes += place.bytes;
    this.#link(place);
  }

  remove(place: Place): void {
    this.size--;
    this.bytes -= place.bytes;
    this.#unlink(place);
  }

  /** One that weighs another weight now is put last. */
  reweigh(place: Place, bytes: number): void {
    this.bytes += bytes - place.bytes;
    place.bytes = bytes;
    this.putLast(place);
  }

  putLast(place: Place): void {
    if (place === this.#last) return;
    this.#unlink(place);
    this.#link(place);
  }

  #link(place: Place): void {
    place.earlier = this.#last;
    place.later = undefined;
    if (this.#last === undefined) this.first = place;
    else this.#last.later = place;
    this.#last = place;
  }

  #unlink({ earlier, later }: Place): void {
    if (earlier === undefined) this.first = later;
    else earlier.later = later;
    if (later === undefined) this.#last = earlier;
    else later.earlier = earlier;
  }
}

export class Room {
  readonly #bounds: Required<RoomBounds>;
  readonly #places = new Map<string, Place>();
  /** By how much would be lost with a machine. */
  readonly #lines: Readonly<Record<Rank, Line>> = { passing: new Line(), own: new Line(), lasting: new Line() };

  constructor(bounds: RoomBounds) {
    this.#bounds = {
      maxMachines: bounds.maxMachines ?? limits.machines,
      maxBytes: bounds.maxBytes ?? limits.machineBytes,
      maxInbox: bounds.maxInbox ?? limits.strangers,
      maxInboxBytes: bounds.maxInboxBytes ?? limits.strangerBytes,
    };
  }

  /** @param before its record so far */
  put(machine: Machine, before: Machine | undefined): void {
    const { id } = machine;
    const rank = rankOf(machine);
    const place = this.#places.get(id);
    if (before === undefined || place?.rank !== rank) {
      this.remove(id);
      const selfBytes = weightOfSelf(machine);
      this.#add({
        id,
        selfBytes,
        bytes: selfBytes + weightOfTexts(machine),
        rank,
        earlier: undefined,
        later: undefined,
      });
      return;
    }
    if (!weighAlike(machine, before)) place.selfBytes = weightOfSelf(machine);
    this.#lines[rank].reweigh(place, place.selfBytes + weightOfTexts(machine));
  }

  #add(place: Place): void {
    this.#places.set(place.id, place);
    this.#lines[place.rank].add(place);
  }

  /** One that weighs what it weighed and means what it meant: only that it was silent for longest is no longer true. */
  cameAgain(id: string): void {
    const place = this.#places.get(id)!;
    this.#lines[place.rank].putLast(place);
  }

  remove(id: string): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    this.#lines[place.rank].remove(place);
    this.#places.delete(id);
  }

  /** Who is to be forgotten: one for whom there is no room; undefined when there is room for all. */
  tooMany(): string | undefined {
    const { passing, own, lasting } = this.#lines;
    const { maxMachines, maxBytes, maxInbox, maxInboxBytes } = this.#bounds;
    // One that is too heavy by itself stays: whoever was put last is answered.
    if (passing.size > maxInbox || (passing.size > 1 && passing.bytes > maxInboxBytes)) return passing.first!.id;
    const kept = own.size + lasting.size;
    if (kept <= maxMachines && (kept <= 1 || own.bytes + lasting.bytes <= maxBytes)) return undefined;
    return (own.first ?? lasting.first)!.id;
  }
}

function rankOf(machine: Machine): Rank {
  if (machine.installed !== undefined || isOrdered(machine)) return 'lasting';
  return machine.inbox ? 'passing' : 'own';
}
