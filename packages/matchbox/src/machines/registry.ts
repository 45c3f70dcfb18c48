/** Who is who: finds the machine behind a request, joins records that turn out to be one machine, and tells apart what contradicts. */
import {
  areAlike,
  type BootStep,
  isKnownOf,
  isOrdered,
  type Machine,
  machineBounds,
  nameOf,
  newMachine,
} from './machine.ts';
import { appended, bounded, contradiction, mergeMachines } from './merge.ts';
import { didAgain, Records, type Slot } from './records.ts';
import { Room, type RoomBounds } from './room.ts';
import type { Sighting } from './sighting.ts';
import { swapUuid } from './trust.ts';

/** What became of identities with a sighting; each is an event of the machines that it names. */
export type IdentityChange =
  | { readonly kind: 'new'; readonly machine: string }
  | { readonly kind: 'merged'; readonly machine: string; readonly absorbed: Machine }
  | { readonly kind: 'collision'; readonly machine: string; readonly other: string; readonly about: string }
  | { readonly kind: 'distrusted'; readonly machine: string; readonly uuid: string; readonly other: string };

export interface Recognised {
  readonly machine: Machine;
  /** Its record before; undefined for one that is new, or of another make-up. */
  readonly before: Machine | undefined;
  /** It did again what is known of it: nothing but times changed. */
  readonly isKnown: boolean;
  readonly changes: readonly IdentityChange[];
}

/** Who a request is from, as long as its machine's record says the same of who it is. */
export interface Acquaintance extends Pick<Machine, 'uuids' | 'macs' | 'serials' | 'labels'> {
  readonly slot: Slot;
  readonly hostname: string | undefined;
  readonly address: string;
  /** Those that asked from that address lately; empty for ever once none of them is known any more. */
  readonly neighbours: ReadonlySet<string> | undefined;
  readonly takeovers: number;
}

export interface RegistryOptions extends RoomBounds {
  readonly newId: () => string;
  /** UUIDs that are not believed, in both byte orders; those that prove to belong to several machines are added. */
  readonly distrustedUuids?: Set<string>;
}

/** Two sets of addresses that take turns within this time under one UUID are two machines. */
const interleavingMs = 10 * 60 * 1000;
/** Machines remembered for one address, behind which there may be a whole site: two of them are as ambiguous as all. */
const maxAtAddress = 16;
/** An address says who asks for assets for so long after its machine asked for a script. */
const addressMs = 30 * 60 * 1000;

export class Registry {
  readonly #machines = new Records();
  readonly #room: Room;
  /** Machines that an operator ordered something for. */
  readonly #ordered = new Set<string>();
  /** Owners by key: `uuid …`, `mac …`, `serial …`. */
  readonly #owners = new Map<string, string>();
  /** Machines by the address that they asked from. */
  readonly #byAddress = new Map<string, Set<string>>();
  /** So often a key of one went over to another. */
  #takeovers = 0;
  /** UUIDs that proved to belong to several machines, in both byte orders. */
  readonly distrustedUuids: Set<string>;
  readonly #options: RegistryOptions;
  /** Grows whenever a machine comes, goes or is called otherwise. */
  renamed = 0;
  readonly #followers = new Set<(id: string) => void>();
  /** Told of machines that are forgotten for want of room. */
  onForgotten: (machine: Machine) => void = () => {};
  /** Told of the keys of each machine that has orders, whenever they change; undefined when it has no more. */
  onOrdered: (id: string, keys: readonly string[] | undefined) => void = () => {};

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#room = new Room(options);
    this.distrustedUuids = options.distrustedUuids ?? new Set();
  }

  get size(): number {
    return this.#machines.size;
  }

  get(id: string): Machine | undefined {
    return this.#machines.get(id);
  }

  /** The machine of that id, or the one that it was joined with. */
  resolve(id: string): Machine | undefined {
    return this.#machines.get(id) ?? this.#owner(`id ${id}`);
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
    this.#room.put(machine);
    if (before === undefined || !isCalledAlike(machine, before)) this.renamed++;
    if (isOrdered(machine)) this.#ordered.add(machine.id);
    else this.#ordered.delete(machine.id);
    this.#tellOrdered(before, machine);
    // Nearly every change is of something else than who it is.
    if (before === undefined || !isKnownAlike(before, machine)) {
      if (before !== undefined) this.#forgetKeys(before);
      for (const key of keysOf(machine)) this.#own(key, machine.id);
      for (const { address } of machine.addresses) this.#rememberAddress(address, machine.id);
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
      (mac === '' ? undefined : this.#owner(`mac ${mac}`)) ??
      (uuid === '' ? undefined : this.#owner(`uuid ${uuid.toLowerCase()}`))
    );
  }

  /** Whether one that has orders may be behind a request, by any way in which it may be recognised. It costs next to nothing. */
  mayBeOrdered(labels: ReadonlyMap<string, string>, address: string): boolean {
    if (this.#ordered.size === 0) return false;
    const keys = askedKeys(labels);
    if (keys.some((key) => this.#ordered.has(this.#owners.get(key) ?? ''))) return true;
    return [...(this.#byAddress.get(address) ?? [])].some((id) => this.#ordered.has(id));
  }

  /** Finds the machine that was seen, or makes it. */
  recognise(sighting: Sighting): Recognised {
    const owner = this.#plainOwner(sighting);
    if (owner !== undefined) {
      const machine = saidAgain(owner, sighting);
      const isKnown = this.put(machine);
      if (sighting.address !== '') this.#rememberAddress(sighting.address, machine.id);
      return { machine, before: owner, isKnown, changes: [] };
    }
    const changes: IdentityChange[] = [];
    const byMac = this.#ownersOf(sighting.macs.map((mac) => `mac ${mac}`));
    let byUuid = sighting.uuid === undefined ? undefined : this.#byUuid(sighting.uuid, byMac);
    const bySerial = sighting.serial === undefined ? undefined : this.#owner(`serial ${sighting.serial}`);
    let base: Machine | undefined = byMac[0];
    // A record that only DHCP knows has its MAC address alone.
    if (byUuid !== undefined && (base === undefined || (base.id !== byUuid.id && base.uuids.length === 0))) {
      if (this.#isOtherBox(byUuid, sighting)) {
        changes.push(this.#distrust(byUuid, sighting));
        byUuid = undefined;
      } else base ??= byUuid;
    }
    base ??= this.#serialMayDecide(bySerial, sighting) ? bySerial : undefined;
    if (base === undefined) {
      base = newMachine(this.#options.newId(), sighting.at);
      changes.push({ kind: 'new', machine: base.id });
    }
    const others = byUuid === undefined || byMac.includes(byUuid) ? byMac : [...byMac, byUuid];
    for (const other of others) if (other.id !== base.id) base = this.#join(base, other, changes);
    const machine = this.#extended(base, sighting, changes);
    const isKnown = this.put(machine) && changes.length === 0;
    if (sighting.address !== '') this.#rememberAddress(sighting.address, machine.id);
    return {
      machine,
      before: changes.length > 0 ? undefined : base,
      isKnown,
      changes: changes.map((change) =>
        'other' in change && change.machine === '' ? { ...change, machine: machine.id } : change,
      ),
    };
  }

  /** The machine that has all that is said here, and said it last: nothing is to be learned of who it is. */
  #plainOwner({ macs, uuid, serial }: Sighting): Machine | undefined {
    const [mac] = macs;
    const owner = mac === undefined || macs.length > 1 ? undefined : this.#owner(`mac ${mac}`);
    if (owner === undefined || owner.macs.at(-1) !== mac) return undefined;
    if (uuid !== undefined && (owner.uuids.at(-1) !== uuid || this.#owners.get(`uuid ${uuid}`) !== owner.id))
      return undefined;
    return serial === undefined || owner.serials.at(-1) === serial ? owner : undefined;
  }

  /**
   * What makes a request known that was just recognised as a machine's. @returns undefined where the same request may be another
   * machine's the next time
   */
  acquaintance(machine: Machine, labels: ReadonlyMap<string, string>, address: string): Acquaintance | undefined {
    const { id, uuids, macs, serials, labels: said, hostname, addresses } = machine;
    const slot = this.#machines.slot(id);
    const mac = labels.get('mac');
    const isLast =
      mac !== undefined &&
      macs.at(-1) === mac &&
      this.#owners.get(`mac ${mac}`) === id &&
      isLastOf(uuids, labels.get('uuid')?.toLowerCase()) &&
      isLastOf(serials, labels.get('serial')?.trim().toLowerCase()) &&
      addresses.at(-1)?.address === address;
    if (!slot || !isLast) return undefined;
    const neighbours = this.#byAddress.get(address);
    return { slot, uuids, macs, serials, labels: said, hostname, address, neighbours, takeovers: this.#takeovers };
  }

  /** @returns the record, without what is known of when it did the same again; undefined where who it is has to be found out anew */
  stillKnown(known: Acquaintance): Machine | undefined {
    const { machine } = known.slot;
    return machine !== undefined &&
      known.takeovers === this.#takeovers &&
      machine.uuids === known.uuids &&
      machine.macs === known.macs &&
      machine.serials === known.serials &&
      machine.labels === known.labels &&
      machine.hostname === known.hostname &&
      machine.addresses.at(-1)?.address === known.address
      ? machine
      : undefined;
  }

  /** A machine that is still known did again what its record says. */
  cameAgain({ slot, address, neighbours }: Acquaintance, at: number, step: BootStep | undefined): void {
    const { id } = slot.machine!;
    didAgain(slot, at, step);
    this.#room.cameAgain(id);
    // Nearly every machine is alone at its address.
    const isAlone = neighbours?.size === 1 && neighbours.has(id);
    if (address !== '' && !isAlone) this.#rememberAddress(address, id);
  }

  /** The machine that asked from an address not long ago; `ambiguous` when it may be one of several. */
  byAddress(address: string, at: number): Machine | 'ambiguous' | undefined {
    const recent = this.allAt(address, at);
    return recent.length > 1 ? 'ambiguous' : recent[0];
  }

  /** Those that asked from an address not long ago. */
  allAt(address: string, at: number): readonly Machine[] {
    return [...(this.#byAddress.get(address) ?? [])].flatMap((id) => {
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
      this.#owner(`mac ${lower.replaceAll('-', ':')}`) ??
      this.#owner(`uuid ${lower}`) ??
      this.#owner(`uuid ${swapUuid(lower)}`);
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

  #own(key: string, id: string): void {
    const owner = this.#owners.get(key);
    if (owner !== undefined && owner !== id) this.#takeovers++;
    this.#owners.set(key, id);
  }

  #owner(key: string): Machine | undefined {
    const id = this.#owners.get(key);
    return id === undefined ? undefined : this.#machines.get(id);
  }

  #ownersOf(keys: readonly string[]): Machine[] {
    return [...new Set(keys.map((key) => this.#owner(key)))].filter((machine) => machine !== undefined);
  }

  /** A UUID in the other byte order counts only when an address agrees, or nobody else has either. */
  #byUuid(uuid: string, byMac: readonly Machine[]): Machine | undefined {
    const exact = this.#owner(`uuid ${uuid}`);
    if (exact !== undefined) return exact;
    const swapped = this.#owner(`uuid ${swapUuid(uuid)}`);
    return swapped !== undefined && (byMac.length === 0 || byMac.includes(swapped)) ? swapped : undefined;
  }

  /**
   * The same UUID with addresses that have nothing in common, while the other was seen a moment ago: not one machine with two
   * cards, which asks from one of them at a time through one boot, but two machines.
   */
  #isOtherBox(owner: Machine, sighting: Sighting): boolean {
    if (sighting.macs.length === 0 || owner.macs.length === 0) return false;
    if (sighting.macs.some((mac) => owner.macs.includes(mac))) return false;
    const last = owner.addresses.at(-1);
    if (last === undefined || sighting.address === '' || last.address === sighting.address) return false;
    const sameSerial = sighting.serial !== undefined && owner.serials.includes(sighting.serial);
    return !sameSerial && sighting.at - last.at < interleavingMs;
  }

  #distrust(owner: Machine, sighting: Sighting): IdentityChange {
    const uuid = sighting.uuid!;
    this.distrustedUuids.add(uuid).add(swapUuid(uuid));
    const { uuids } = owner;
    this.put({ ...owner, uuids: uuids.filter((known) => known !== uuid && known !== swapUuid(uuid)) });
    return { kind: 'distrusted', machine: owner.id, uuid, other: sighting.macs[0] ?? sighting.address };
  }

  /** Blades share a chassis' serial: alone it decides only when nothing else is said. */
  #serialMayDecide(owner: Machine | undefined, { macs, uuid }: Sighting): owner is Machine {
    return owner !== undefined && macs.length === 0 && uuid === undefined;
  }

  /** Two records are one machine, unless a trusted key of the same kind says that they are two. */
  #join(base: Machine, other: Machine, changes: IdentityChange[]): Machine {
    if (base.apart.includes(other.id) || other.apart.includes(base.id)) return base;
    const about = contradiction(base, other);
    if (about !== undefined) {
      if (base.collisions.includes(other.id)) return base;
      changes.push({ kind: 'collision', machine: base.id, other: other.id, about });
      const current = this.#machines.get(other.id);
      if (current !== undefined)
        this.put({ ...current, collisions: bounded([...current.collisions, base.id], machineBounds.collisions) });
      return { ...base, collisions: bounded([...base.collisions, other.id], machineBounds.collisions) };
    }
    const [kept, absorbed] = base.firstSeen <= other.firstSeen ? [base, other] : [other, base];
    this.remove(absorbed.id);
    changes.push({ kind: 'merged', machine: kept.id, absorbed });
    return mergeMachines(kept, absorbed);
  }

  #extended(base: Machine, sighting: Sighting, changes: IdentityChange[]): Machine {
    const { uuid, serial } = sighting;
    const mine = uuid !== undefined && !this.distrustedUuids.has(uuid) && this.#mayOwn(base, `uuid ${uuid}`);
    if (mine && base.uuids.length > 0 && !base.uuids.includes(uuid) && !base.uuids.includes(swapUuid(uuid))) {
      // A board that was replaced, or firmware that makes its UUID from a card: said, and taken as it is.
      changes.push({
        kind: 'collision',
        machine: base.id,
        other: base.id,
        about: `its UUID was ${base.uuids.at(-1)} and is ${uuid}`,
      });
    }
    const keepsUuid = mine && !base.uuids.includes(swapUuid(uuid));
    return {
      ...saidAgain(base, sighting),
      uuids: keepsUuid ? appended(base.uuids, uuid, machineBounds.uuids) : base.uuids,
      macs: sighting.macs.reduce(
        (macs, mac) => (this.#mayOwn(base, `mac ${mac}`) ? appended(macs, mac, machineBounds.macs) : macs),
        base.macs,
      ),
      serials:
        serial !== undefined && this.#mayOwn(base, `serial ${serial}`)
          ? appended(base.serials, serial, machineBounds.serials)
          : base.serials,
    };
  }

  #mayOwn({ id }: Machine, key: string): boolean {
    const owner = this.#owners.get(key);
    return owner === undefined || owner === id || !this.#machines.has(owner);
  }

  #rememberAddress(address: string, id: string): void {
    const ids = this.#byAddress.get(address) ?? new Set();
    if (ids.size === 1 && ids.has(id)) return;
    if (ids.size === 0) this.#byAddress.set(address, ids);
    ids.delete(id);
    ids.add(id);
    if (ids.size > maxAtAddress) ids.delete(ids.values().next().value!);
  }

  #forgetKeys(machine: Machine): void {
    for (const key of keysOf(machine)) if (this.#owners.get(key) === machine.id) this.#owners.delete(key);
    for (const { address } of machine.addresses) {
      const ids = this.#byAddress.get(address);
      ids?.delete(machine.id);
      if (ids?.size === 0) this.#byAddress.delete(address);
    }
  }

  #makeRoom(): void {
    for (let id = this.#room.tooMany(); id !== undefined; id = this.#room.tooMany()) {
      const forgotten = this.remove(id);
      if (forgotten !== undefined) this.onForgotten(forgotten);
    }
  }
}

/** The keys that a request may be recognised by, beside its address. */
export function askedKeys(labels: ReadonlyMap<string, string>): string[] {
  const uuid = (labels.get('uuid') ?? '').slice(0, 36).toLowerCase();
  const serial = (labels.get('serial') ?? '').trim().toLowerCase();
  return [`mac ${labels.get('mac')}`, `uuid ${uuid}`, `uuid ${swapUuid(uuid)}`, `serial ${serial}`];
}

function isLastOf(known: readonly string[], said: string | undefined): boolean {
  return said === undefined || said === '' || known.at(-1) === said;
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

type Labelled = Pick<Machine, 'labels'>;

function saySame({ labels: a }: Labelled, { labels: b }: Labelled): boolean {
  return areAlike(a, b, isSameLabel);
}

function isSameLabel(a: Machine['labels'][number], b: Machine['labels'][number]): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

/** All that a request says, but for the keys that it is known by. */
function saidAgain(base: Machine, sighting: Sighting): Machine {
  const { address, at, hostname } = sighting;
  const said = {
    ...base,
    lastSeen: Math.max(base.lastSeen, at),
    addresses: address === '' ? base.addresses : addressedFrom(base.addresses, address, at),
    labels: sighting.labels.length === 0 || saySame(base, sighting) ? base.labels : sighting.labels,
  };
  return hostname === undefined || hostname === base.hostname ? said : { ...said, hostname };
}

function addressedFrom(addresses: Machine['addresses'], address: string, at: number): Machine['addresses'] {
  if (addresses.length === 1 && addresses[0]!.address === address) return [{ address, at }];
  const others = addresses.filter((known) => known.address !== address);
  return bounded([...others, { address, at }], machineBounds.addresses);
}

function keysOf({ uuids, macs, serials, absorbed }: Machine): string[] {
  return [
    ...absorbed.map((id) => `id ${id}`),
    ...uuids.map((uuid) => `uuid ${uuid}`),
    ...macs.map((mac) => `mac ${mac}`),
    ...serials.map((serial) => `serial ${serial}`),
  ];
}

function isCalledAlike(a: Machine, b: Machine): boolean {
  return nameOf(a) === nameOf(b) && a.group === b.group && a.inbox === b.inbox;
}
