/** Who has which address of a network, was offered one, or may be offered one. */
import { formatIpv4, parseIpv4 } from '../ipv4.ts';
import type { Lease, LeaseChange } from './lease.ts';
import type { Pool } from './pool.ts';

export interface LeaseTableOptions {
  readonly pool: Pool;
  /** The machine whose address this is by configuration, so that nobody else gets it from the pool. */
  readonly reservedFor?: (address: string) => string | undefined;
  /** Whether a machine that has no lease was seen with the address. */
  readonly inUse?: (address: string, mac: string) => boolean;
  /** How much of the pool machines may hold that no group matches, from 0 to 1. */
  readonly unknownShare?: number;
  /** How many machines groups match: for no more than so many is anything kept of the pool. Left out: nobody knows. */
  readonly knownMachines?: () => number;
}

export interface OfferRequest {
  readonly mac: string;
  readonly known: boolean;
  /** The machine's own address by configuration. */
  readonly reservation?: string | undefined;
  /** What the machine asked for (option 50). */
  readonly requested?: string | undefined;
}

export type OfferPlan =
  | { readonly address: string; readonly fault?: undefined }
  | { readonly address?: undefined; readonly fault: 'pool_exhausted' | 'unknown_share_exhausted' };

/** What decisions read of the table. */
export type LeaseView = Pick<LeaseTable, 'planOffer' | 'leaseOf' | 'offeredTo' | 'holderOf'>;

/** Offers are kept in memory alone; EDK2 collects them for 3.7 s, iPXE for 3 s. */
export const offerMs = 30_000;
/** How long nobody gets an address that a machine found in use. */
export const declinedMs = 600_000;
/** How often a full pool is searched, and the unknown machines are counted when their share is used up. */
const recountMs = 1000;

interface Offer {
  readonly address: number;
  readonly untilMs: number;
}

/**
 * Every method takes the time (`clock.ts`) and does no input or output. Memory is bounded by the pool and the
 * reservations: an address has one lease or one offer, a machine one of each.
 */
export class LeaseTable {
  readonly #options: LeaseTableOptions;
  readonly #leases = new Map<string, Lease>();
  readonly #macByAddress = new Map<number, string>();
  /** In the order they end, since all last as long. */
  readonly #offers = new Map<string, Offer>();
  readonly #offeredAddresses = new Map<number, string>();
  readonly #declined = new Map<number, number>();
  readonly #unknown = new Set<string>();
  #fresh: Generator<number>;
  /** Addresses that were looked at once, and have no lease; the ones looked at longest ago first. */
  readonly #returned = new Set<number>();
  /** Until this time a pool that was found full is not searched again, as a flood of packets would make us do. */
  #fullUntilMs = 0;
  #countedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: LeaseTableOptions) {
    this.#options = options;
    this.#fresh = options.pool.addresses();
  }

  /** Takes the leases of a journal. To be called before anything else. */
  restore(leases: Iterable<Lease>): void {
    for (const lease of leases) this.#bind(lease);
  }

  /** Takes what another table knows, which this one takes the place of: leases, offers, addresses found in use. */
  adopt(before: LeaseTable, nowMs: number): void {
    for (const lease of before.#leases.values()) this.#bind(lease);
    for (const [mac, { address, untilMs }] of before.#offers) {
      if (untilMs <= nowMs) continue;
      this.#offers.set(mac, { address, untilMs });
      this.#offeredAddresses.set(address, mac);
      if (before.#unknown.has(mac)) this.#unknown.add(mac);
    }
    for (const [address, untilMs] of before.#declined) this.#declined.set(address, untilMs);
  }

  /** The machine's lease, be it ended. */
  leaseOf(mac: string): Lease | undefined {
    return this.#leases.get(mac);
  }

  /** The address that the machine was offered and may still take. */
  offeredTo(mac: string, nowMs: number): string | undefined {
    const offer = this.#offers.get(mac);
    return offer !== undefined && offer.untilMs > nowMs ? formatIpv4(offer.address) : undefined;
  }

  /** The machine that an address is leased or offered to at this time. */
  holderOf(address: string, nowMs: number): string | undefined {
    const number = parseIpv4(address);
    return number === undefined ? undefined : this.#holder(number, nowMs);
  }

  /** Every lease, ended ones too, for listing and for the journal. */
  leases(): Iterable<Lease> {
    return this.#leases.values();
  }

  /** How many leases and offers hold an address at this time. */
  heldCount(nowMs: number): number {
    let count = 0;
    for (const lease of this.#leases.values()) if (lease.expiresAtMs > nowMs) count++;
    for (const [mac, offer] of this.#offers) {
      if (offer.untilMs > nowMs && (this.#leases.get(mac)?.expiresAtMs ?? 0) <= nowMs) count++;
    }
    return count;
  }

  /**
   * Chooses without taking: `apply` an `offer` to take it. A reservation first, then the address that the machine had
   * or was offered, the one it asks for, one that nobody had yet, and the one whose lease ended first.
   */
  planOffer(request: OfferRequest, nowMs: number): OfferPlan {
    const { mac, known, reservation } = request;
    const reserved = reservation === undefined ? undefined : parseIpv4(reservation);
    if (reserved !== undefined && !this.#isDeclined(reserved, nowMs) && this.#isFreeFor(reserved, mac, nowMs)) {
      return { address: formatIpv4(reserved) };
    }
    const offered = this.#offers.get(mac);
    const holds =
      (offered !== undefined && offered.untilMs > nowMs) || (this.#leases.get(mac)?.expiresAtMs ?? 0) > nowMs;
    if (!known && !holds && this.#unknownCount(nowMs) >= this.#unknownLimit()) {
      return { fault: 'unknown_share_exhausted' };
    }
    const address = this.#choose(request, nowMs);
    return address === undefined ? { fault: 'pool_exhausted' } : { address: formatIpv4(address) };
  }

  #choose({ mac, requested }: OfferRequest, nowMs: number): number | undefined {
    const lease = this.#leases.get(mac);
    const offer = this.#offers.get(mac);
    const wishes = [lease && parseIpv4(lease.address), offer?.address, requested && parseIpv4(requested)];
    for (const wish of wishes) if (typeof wish === 'number' && this.#isUsable(wish, mac, nowMs)) return wish;
    if (nowMs < this.#fullUntilMs) return undefined;
    const found = this.#freshAddress(mac, nowMs) ?? this.#returnedAddress(mac, nowMs) ?? this.#endedAddress(mac, nowMs);
    if (found === undefined) this.#fullUntilMs = nowMs + recountMs;
    return found;
  }

  #isUsable(address: number, mac: string, nowMs: number): boolean {
    const { pool, reservedFor, inUse } = this.#options;
    if (!pool.has(address) || this.#isDeclined(address, nowMs) || !this.#isFreeFor(address, mac, nowMs)) return false;
    const text = formatIpv4(address);
    if ((reservedFor?.(text) ?? mac) !== mac) return false;
    return this.#macByAddress.get(address) === mac || !(inUse?.(text, mac) ?? false);
  }

  #freshAddress(mac: string, nowMs: number): number | undefined {
    for (let next = this.#fresh.next(); !next.done; next = this.#fresh.next()) {
      const address = next.value;
      if (this.#macByAddress.has(address)) continue;
      // Not taken yet, only planned: it has to be found again.
      this.#returned.add(address);
      if (this.#isUsable(address, mac, nowMs)) return address;
    }
    return undefined;
  }

  #returnedAddress(mac: string, nowMs: number): number | undefined {
    this.#dropEndedOffers(nowMs);
    let left = this.#returned.size;
    for (const address of this.#returned) {
      if (left-- === 0) break;
      this.#returned.delete(address);
      if (this.#macByAddress.has(address)) continue;
      this.#returned.add(address);
      if (this.#isUsable(address, mac, nowMs)) return address;
    }
    return undefined;
  }

  #endedAddress(mac: string, nowMs: number): number | undefined {
    let first: { address: number; expiresAtMs: number } | undefined;
    for (const { address, expiresAtMs } of this.#leases.values()) {
      if (expiresAtMs > nowMs || (first !== undefined && expiresAtMs >= first.expiresAtMs)) continue;
      const number = parseIpv4(address)!;
      if (this.#isUsable(number, mac, nowMs)) first = { address: number, expiresAtMs };
    }
    return first?.address;
  }

  apply(change: LeaseChange, nowMs: number): void {
    if (change.kind === 'offer') this.#offer(change, nowMs);
    else if (change.kind === 'bind') this.#bind(change.lease);
    else if (change.kind === 'release') this.#end(change.mac, nowMs);
    else if (change.kind === 'decline') this.#decline(change, nowMs);
    else this.#forgetOffer(change.mac);
  }

  #offer({ mac, address, known }: { mac: string; address: string; known: boolean }, nowMs: number): void {
    this.#dropEndedOffers(nowMs);
    this.#forgetOffer(mac);
    const number = parseIpv4(address)!;
    this.#offers.set(mac, { address: number, untilMs: nowMs + offerMs });
    this.#offeredAddresses.set(number, mac);
    if (!known) this.#unknown.add(mac);
  }

  #bind(lease: Lease): void {
    const address = parseIpv4(lease.address)!;
    this.#forgetOffer(lease.mac);
    const before = this.#leases.get(lease.mac);
    if (before !== undefined && before.address !== lease.address) this.#forgetLease(before);
    const holder = this.#macByAddress.get(address);
    if (holder !== undefined && holder !== lease.mac) this.#leases.delete(holder);
    this.#leases.set(lease.mac, lease);
    this.#macByAddress.set(address, lease.mac);
    if (lease.known) this.#unknown.delete(lease.mac);
    else this.#unknown.add(lease.mac);
  }

  #end(mac: string, nowMs: number): void {
    const lease = this.#leases.get(mac);
    this.#forgetOffer(mac);
    if (lease !== undefined) this.#leases.set(mac, { ...lease, expiresAtMs: Math.min(lease.expiresAtMs, nowMs) });
    this.#fullUntilMs = 0;
  }

  #decline({ mac, address }: { mac: string; address: string }, nowMs: number): void {
    const lease = this.#leases.get(mac);
    if (lease?.address === address) this.#forgetLease(lease);
    this.#forgetOffer(mac);
    const number = parseIpv4(address)!;
    this.#declined.delete(number);
    this.#declined.set(number, nowMs + declinedMs);
    // A machine that declines everything must not take the network's addresses away: the oldest come back.
    const most = Math.max(1, this.#options.pool.size >> 2);
    for (const oldest of this.#declined.keys()) {
      if (this.#declined.size <= most) break;
      this.#declined.delete(oldest);
    }
  }

  #forgetLease(lease: Lease): void {
    this.#leases.delete(lease.mac);
    const address = parseIpv4(lease.address)!;
    if (this.#macByAddress.get(address) === lease.mac) {
      this.#macByAddress.delete(address);
      if (this.#options.pool.has(address)) this.#returned.add(address);
      this.#fullUntilMs = 0;
    }
  }

  #forgetOffer(mac: string): void {
    const offer = this.#offers.get(mac);
    if (offer === undefined) return;
    this.#offers.delete(mac);
    if (this.#offeredAddresses.get(offer.address) === mac) this.#offeredAddresses.delete(offer.address);
    if (!this.#leases.has(mac)) this.#unknown.delete(mac);
  }

  #dropEndedOffers(nowMs: number): void {
    for (const [mac, { untilMs }] of this.#offers) {
      if (untilMs > nowMs) break;
      this.#forgetOffer(mac);
    }
  }

  #holder(address: number, nowMs: number): string | undefined {
    const mac = this.#macByAddress.get(address);
    if (mac !== undefined && this.#leases.get(mac)!.expiresAtMs > nowMs) return mac;
    const offered = this.#offeredAddresses.get(address);
    return offered !== undefined && this.#offers.get(offered)!.untilMs > nowMs ? offered : undefined;
  }

  #isFreeFor(address: number, mac: string, nowMs: number): boolean {
    return (this.#holder(address, nowMs) ?? mac) === mac;
  }

  #isDeclined(address: number, nowMs: number): boolean {
    const untilMs = this.#declined.get(address);
    if (untilMs !== undefined && untilMs <= nowMs) this.#declined.delete(address);
    return untilMs !== undefined && untilMs > nowMs;
  }

  #unknownLimit(): number {
    const { pool, unknownShare = 0.5, knownMachines } = this.#options;
    const kept = Math.floor(pool.size * (1 - unknownShare));
    return pool.size - Math.min(kept, knownMachines?.() ?? kept);
  }

  #unknownCount(nowMs: number): number {
    if (this.#unknown.size < this.#unknownLimit() || nowMs < this.#countedAtMs + recountMs) return this.#unknown.size;
    this.#countedAtMs = nowMs;
    this.#dropEndedOffers(nowMs);
    for (const mac of this.#unknown) {
      const held = (this.#leases.get(mac)?.expiresAtMs ?? 0) > nowMs || this.offeredTo(mac, nowMs) !== undefined;
      if (!held) this.#unknown.delete(mac);
    }
    return this.#unknown.size;
  }
}
