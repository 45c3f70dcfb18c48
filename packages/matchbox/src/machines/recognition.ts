/** Finds the machine behind what was seen, joins records that turn out to be one machine, and tells apart what contradicts. */
import { type Machine, machineBounds, newMachine } from './machine.ts';
import { appended, bounded, contradiction, mergeMachines } from './merge.ts';
import { saidAgain } from './said-again.ts';
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
  /** It did again what is known of it: nothing but times changed. */
  readonly isKnown: boolean;
  readonly changes: readonly IdentityChange[];
}

/** The records that it reads and writes. */
export interface KnownRecords {
  get(id: string): Machine | undefined;
  has(id: string): boolean;
  /** Of the machine that has a key: its id, whether it is known by now or not. */
  ownerId(key: string): string | undefined;
  /** … and its record. */
  owner(key: string): Machine | undefined;
  /** @returns whether it says nothing that was not known, but for when */
  put(machine: Machine): boolean;
  remove(id: string): void;
}

export interface RecognitionOptions {
  readonly known: KnownRecords;
  readonly newId: () => string;
  /** UUIDs that are not believed, in both byte orders; those that prove to belong to several machines are added. */
  readonly distrustedUuids: Set<string>;
}

/** Two sets of addresses that take turns within this time under one UUID are two machines. */
const interleavingMs = 10 * 60 * 1000;

export class Recognition {
  readonly #known: KnownRecords;
  readonly #newId: () => string;
  readonly #distrustedUuids: Set<string>;

  constructor({ known, newId, distrustedUuids }: RecognitionOptions) {
    this.#known = known;
    this.#newId = newId;
    this.#distrustedUuids = distrustedUuids;
  }

  /** Finds the machine that was seen, or makes it. */
  recognise(sighting: Sighting): Recognised {
    const again = this.seenAgain(sighting);
    if (again !== undefined) return { machine: again, isKnown: this.#known.put(again), changes: [] };
    const changes: IdentityChange[] = [];
    const owners = this.#owners(sighting, changes);
    let base = owners[0] ?? this.#bySerialAlone(sighting);
    if (base === undefined) {
      base = newMachine(this.#newId(), sighting.at);
      changes.push({ kind: 'new', machine: base.id });
    }
    for (const other of owners) if (other.id !== base.id) base = this.#join(base, other, changes);
    const machine = this.#extended(base, sighting, changes);
    const isKnown = this.#known.put(machine) && changes.length === 0;
    return { machine, isKnown, changes };
  }

  /** The record of one of whom nothing is to be learned of who it is, as it has to be now: it is not put in place. */
  seenAgain(sighting: Sighting): Machine | undefined {
    const owner = this.#plainOwner(sighting);
    return owner && saidAgain(owner, sighting);
  }

  /** The machine that has all that is said here, and said it last: nothing is to be learned of who it is. */
  #plainOwner({ macs, uuid, serial }: Sighting): Machine | undefined {
    const [mac] = macs;
    const owner = mac === undefined || macs.length > 1 ? undefined : this.#known.owner(`mac ${mac}`);
    if (owner === undefined || owner.macs.at(-1) !== mac) return undefined;
    if (uuid !== undefined && (owner.uuids.at(-1) !== uuid || this.#known.ownerId(`uuid ${uuid}`) !== owner.id))
      return undefined;
    return serial === undefined || owner.serials.at(-1) === serial ? owner : undefined;
  }

  /** Those that have one of its addresses or its UUID; the first of them is whose record it is. */
  #owners(sighting: Sighting, changes: IdentityChange[]): readonly Machine[] {
    const { macs, uuid } = sighting;
    const byMac = [...new Set(macs.map((mac) => this.#known.owner(`mac ${mac}`)))].filter(
      (machine) => machine !== undefined,
    );
    const byUuid = uuid === undefined ? undefined : this.#byUuid(uuid, byMac);
    if (byUuid === undefined || byMac.includes(byUuid)) return byMac;
    const [first] = byMac;
    // A record that only DHCP knows has its MAC address alone.
    if ((first === undefined || first.uuids.length === 0) && isOtherBox(byUuid, sighting)) {
      changes.push(this.#distrust(byUuid, sighting));
      return byMac;
    }
    return [...byMac, byUuid];
  }

  /** A UUID in the other byte order counts only when an address agrees, or nobody else has either. */
  #byUuid(uuid: string, byMac: readonly Machine[]): Machine | undefined {
    const exact = this.#known.owner(`uuid ${uuid}`);
    if (exact !== undefined) return exact;
    const swapped = this.#known.owner(`uuid ${swapUuid(uuid)}`);
    return swapped !== undefined && (byMac.length === 0 || byMac.includes(swapped)) ? swapped : undefined;
  }

  /** Blades share a chassis' serial: alone it decides only when nothing else is said. */
  #bySerialAlone({ macs, uuid, serial }: Sighting): Machine | undefined {
    if (serial === undefined || macs.length > 0 || uuid !== undefined) return undefined;
    return this.#known.owner(`serial ${serial}`);
  }

  #distrust(owner: Machine, sighting: Sighting): IdentityChange {
    const uuid = sighting.uuid!;
    this.#distrustedUuids.add(uuid).add(swapUuid(uuid));
    const { uuids } = owner;
    this.#known.put({ ...owner, uuids: uuids.filter((known) => known !== uuid && known !== swapUuid(uuid)) });
    return { kind: 'distrusted', machine: owner.id, uuid, other: sighting.macs[0] ?? sighting.address };
  }

  /** Two records are one machine, unless a trusted key of the same kind says that they are two. */
  #join(base: Machine, other: Machine, changes: IdentityChange[]): Machine {
    if (base.apart.includes(other.id) || other.apart.includes(base.id)) return base;
    const about = contradiction(base, other);
    if (about !== undefined) {
      if (base.collisions.includes(other.id)) return base;
      changes.push({ kind: 'collision', machine: base.id, other: other.id, about });
      const current = this.#known.get(other.id);
      if (current !== undefined)
        this.#known.put({
          ...current,
          collisions: bounded([...current.collisions, base.id], machineBounds.collisions),
        });
      return { ...base, collisions: bounded([...base.collisions, other.id], machineBounds.collisions) };
    }
    const [kept, absorbed] = base.firstSeen <= other.firstSeen ? [base, other] : [other, base];
    this.#known.remove(absorbed.id);
    changes.push({ kind: 'merged', machine: kept.id, absorbed });
    return mergeMachines(kept, absorbed);
  }

  #extended(base: Machine, sighting: Sighting, changes: IdentityChange[]): Machine {
    const { uuid, serial } = sighting;
    const mine = uuid !== undefined && !this.#distrustedUuids.has(uuid) && this.#mayOwn(base, `uuid ${uuid}`);
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
    const owner = this.#known.ownerId(key);
    return owner === undefined || owner === id || !this.#known.has(owner);
  }
}

/**
 * The same UUID with addresses that have nothing in common, while the other was seen a moment ago: not one machine with two
 * cards, which asks from one of them at a time through one boot, but two machines.
 */
function isOtherBox(owner: Machine, sighting: Sighting): boolean {
  if (sighting.macs.length === 0 || owner.macs.length === 0) return false;
  if (sighting.macs.some((mac) => owner.macs.includes(mac))) return false;
  const last = owner.addresses.at(-1);
  if (last === undefined || sighting.address === '' || last.address === sighting.address) return false;
  const sameSerial = sighting.serial !== undefined && owner.serials.includes(sighting.serial);
  return !sameSerial && sighting.at - last.at < interleavingMs;
}
