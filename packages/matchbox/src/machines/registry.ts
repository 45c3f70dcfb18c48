/** The machines that are known, and what finds them: their ids, their keys, the addresses that they asked from. */
import { type Acquaintance, isSaidLast, stillKnown } from './acquaintance.ts';
import { askedKeys, Keys, keysOf } from './keys.ts';
import { areAlike, type BootStep, isKnownOf, isOrdered, type Machine, nameOf } from './machine.ts';
import { Neighbours } from './neighbours.ts';
import { type Recognised, Recognition } from './recognition.ts';
import { didAgain, Records } from './records.ts';
import { Room, type RoomBounds } from './room.ts';
import type { Sighting } from './sighting.ts';
import { swapUuid } from './trust.ts';

export interface RegistryOptions extends RoomBounds {
  readonly newId: () => string;
  /** UUIDs that are not believed, in both byte orders; those that prove to belong to several machines are added. */
  readonly distrustedUuids?: Set<string>;
}

/** An address says who asks for assets for so long after its machine asked for a script. */
const addressMs = 30 * 60 * 1000;

export class Registry {
  readonly #machines = new Records();
  readonly #room: Room;
  /** Machines that an operator ordered something for. */
  readonly #ordered = new Set<string>();
  readonly #keys = new Keys();
  readonly #neighbours = new Neighbours();
  readonly #recognition: Recognition;
  /** UUIDs that proved to belong to several machines, in both byte orders. */
  readonly distrustedUuids: Set<string>;
  /** Grows whenever a machine comes, goes or is called otherwise. */
  renamed = 0;
  readonly #followers = new Set<(id: string) => void>();
  /** Told of machines that are forgotten for want of room. */
  onForgotten: (machine: Machine) => void = () => {};
  /** Told of the keys of each machine that has orders, whenever they change; undefined when it has no more. */
  onOrdered: (id: string, keys: readonly string[] | undefined) => void = () => {};

  constructor(options: RegistryOptions) {
    const { newId, distrustedUuids = new Set() } = options;
    this.#room = new Room(options);
    this.distrustedUuids = distrustedUuids;
    this.#recognition = new Recognition({ known: this, newId, distrustedUuids });
  }

  get size(): number {
    return this.#machines.size;
  }

  get(id: string): Machine | undefined {
    return this.#machines.get(id);
  }

  has(id: string): boolean {
    return this.#machines.has(id);
  }

  /** The machine of that id, or the one that it was joined with. */
  resolve(id: string): Machine | undefined {
    return this.#machines.get(id) ?? this.owner(`id ${id}`);
  }

  /** The id of the machine that has a key. */
  ownerId(key: string): string | undefined {
    return this.#keys.ownerOf(key);
  }

  /** The machine that has a key. */
  owner(key: string): Machine | undefined {
    const id = this.#keys.ownerOf(key);
    return id === undefined ? undefined : this.#machines.get(id);
  }

  all(): IterableIterator<Machine> {
    return this.#machines.values();
  }

  /**
   * Puts a record in place of the one with its id; for changes of anything but identity, and for loading.
   * @returns whether it says nothing that was not known, but for when
   */
  put(machine: Machine): boolean {
    const before = this.#machines.get(machine.id);
    this.#machines.set(machine);
    // Nearly every machine comes again and says what it said before.
    if (before !== undefined && isKnownOf(machine, before)) {
      this.#room.cameAgain(machine.id);
      return true;
    }
    this.#told(machine.id);
    this.#room.put(machine, before);
    if (before === undefined || !isCalledAlike(machine, before)) this.renamed++;
    if (isOrdered(machine)) this.#ordered.add(machine.id);
    else this.#ordered.delete(machine.id);
    this.#tellOrdered(before, machine);
    // Nearly every change is of something else than who it is.
    if (before === undefined || !isKnownAlike(before, machine)) {
      if (before !== undefined) this.#forgetKeys(before);
      for (const key of keysOf(machine)) this.#keys.own(key, machine.id);
      for (const { address } of machine.addresses) this.#neighbours.remember(address, machine.id);
    }
    this.#makeRoom();
    return false;
  }

  remove(id: string): Machine | undefined {
    const machine = this.#machines.get(id);
    if (machine === undefined) return undefined;
    this.#forgetKeys(machine);
    this.#machines.delete(id);
    this.renamed++;
    this.#told(id);
    this.#room.remove(id);
    this.#ordered.delete(id);
    this.#tellOrdered(machine, undefined);
    return machine;
  }

  /** Tells of each machine that comes, goes, or of which something else is known than when it did what. */
  follow(told: (id: string) => void): { close(): void } {
    this.#followers.add(told);
    return { close: () => void this.#followers.delete(told) };
  }

  #told(id: string): void {
    for (const told of this.#followers) told(id);
  }

  /** Of each machine that has orders: its id, and the keys that it may be recognised by. */
  ordered(): (readonly [id: string, keys: readonly string[]])[] {
    return [...this.#ordered].map((id) => [id, orderedKeys(this.#machines.get(id)!)]);
  }

  #tellOrdered(before: Machine | undefined, after: Machine | undefined): void {
    const was = before !== undefined && isOrdered(before);
    if (after === undefined || !isOrdered(after)) {
      if (was) this.onOrdered(before.id, undefined);
    } else if (!was || !isKnownAlike(before, after)) this.onOrdered(after.id, orderedKeys(after));
  }

  /** The machine that surely has one of these, without learning anything from it; for answers that have to be quick. */
  known(uuid: string, mac: string): Machine | undefined {
    return (
      (mac === '' ? undefined : this.owner(`mac ${mac}`)) ??
      (uuid === '' ? undefined : this.owner(`uuid ${uuid.toLowerCase()}`))
    );
  }

  /** Whether one that has orders may be behind a request, by any way in which it may be recognised. It costs next to nothing. */
  mayBeOrdered(labels: ReadonlyMap<string, string>, address: string): boolean {
    if (this.#ordered.size === 0) return false;
    const keys = askedKeys(labels);
    if (keys.some((key) => this.#ordered.has(this.#keys.ownerOf(key) ?? ''))) return true;
    return [...(this.#neighbours.at(address) ?? [])].some((id) => this.#ordered.has(id));
  }

  /** Finds the machine that was seen, or makes it. */
  recognise(sighting: Sighting): Recognised {
    const recognised = this.#recognition.recognise(sighting);
    if (sighting.address !== '') this.#neighbours.remember(sighting.address, recognised.machine.id);
    return recognised;
  }

  /**
   * The same; but of one of which nothing is learned that it is known by, the record is given as it has to be, and whoever asks puts it
   * in place.
   */
  sighted(sighting: Sighting): Recognised {
    const machine = this.#recognition.seenAgain(sighting);
    if (machine === undefined) return this.recognise(sighting);
    if (sighting.address !== '') this.#neighbours.remember(sighting.address, machine.id);
    return { machine, isKnown: true, changes: [] };
  }

  /**
   * What makes a request known that was just recognised as a machine's. @returns undefined where the same request may be another
   * machine's the next time
   */
  acquaintance(machine: Machine, labels: ReadonlyMap<string, string>, address: string): Acquaintance | undefined {
    const { id, uuids, macs, serials, labels: said, hostname } = machine;
    const slot = this.#machines.slot(id);
    if (slot === undefined || !isSaidLast(machine, labels, address)) return undefined;
    if (this.ownerId(`mac ${macs.at(-1)}`) !== id) return undefined;
    const neighbours = this.#neighbours.at(address);
    const { takeovers } = this.#keys;
    return { slot, uuids, macs, serials, labels: said, hostname, address, neighbours, takeovers };
  }

  /** @returns the record, without what is known of when it did the same again; undefined where who it is has to be found out anew */
  stillKnown(known: Acquaintance): Machine | undefined {
    return stillKnown(known, this.#keys.takeovers);
  }

  /** A machine that is still known did again what its record says. */
  cameAgain({ slot, address, neighbours }: Acquaintance, at: number, step: BootStep | undefined): void {
    const { id } = slot.machine!;
    didAgain(slot, at, step);
    this.#room.cameAgain(id);
    // Nearly every machine is alone at its address.
    const isAlone = neighbours?.size === 1 && neighbours.has(id);
    if (address !== '' && !isAlone) this.#neighbours.remember(address, id);
  }

  /** The machine that asked from an address not long ago; `ambiguous` when it may be one of several. */
  byAddress(address: string, at: number): Machine | 'ambiguous' | undefined {
    const recent = this.allAt(address, at);
    return recent.length > 1 ? 'ambiguous' : recent[0];
  }

  /** Those that asked from an address not long ago. */
  allAt(address: string, at: number): readonly Machine[] {
    return [...(this.#neighbours.at(address) ?? [])].flatMap((id) => {
      const machine = this.#machines.get(id);
      const seen = machine?.addresses.find((known) => known.address === address);
      return machine !== undefined && seen !== undefined && at - seen.at < addressMs ? [machine] : [];
    });
  }

  /** What people may call a machine: its id, host name, an address, a UUID (of either spelling), its group. */
  find(word: string): readonly Machine[] {
    const lower = word.toLowerCase();
    const direct =
      this.resolve(word) ??
      this.owner(`mac ${lower.replaceAll('-', ':')}`) ??
      this.owner(`uuid ${lower}`) ??
      this.owner(`uuid ${swapUuid(lower)}`);
    if (direct !== undefined) return [direct];
    const found: Machine[] = [];
    for (const machine of this.#machines.values()) {
      const names = [
        machine.hostname?.toLowerCase(),
        machine.group?.toLowerCase(),
        ...machine.serials,
        ...machine.addresses.map(({ address }) => address),
      ];
      if (names.includes(lower)) found.push(machine);
    }
    return found;
  }

  #forgetKeys(machine: Machine): void {
    this.#keys.forget(machine);
    this.#neighbours.forget(machine);
  }

  #makeRoom(): void {
    for (let id = this.#room.tooMany(); id !== undefined; id = this.#room.tooMany()) {
      const forgotten = this.remove(id);
      if (forgotten !== undefined) this.onForgotten(forgotten);
    }
  }
}

function orderedKeys(machine: Machine): string[] {
  return [...keysOf(machine), ...machine.addresses.map(({ address }) => `address ${address}`)];
}

function isKnownAlike(a: Machine, b: Machine): boolean {
  return a.uuids === b.uuids && a.macs === b.macs && a.serials === b.serials && haveSameAddresses(a, b);
}

function haveSameAddresses({ addresses: a }: Machine, { addresses: b }: Machine): boolean {
  return areAlike(a, b, (mine, other) => mine.address === other.address);
}

function isCalledAlike(a: Machine, b: Machine): boolean {
  return nameOf(a) === nameOf(b) && a.group === b.group && a.inbox === b.inbox;
}
