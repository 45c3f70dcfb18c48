/** Leases in the engine that replicas share: no address is given that another replica has given, whatever becomes of either. */
import type { KeptTable, Lease, LeaseChange, LeaseKeeper, NotKept } from '@matchbox/netboot';
import type { Logger } from '../log/log.ts';
import { StateError, type StateStore } from '../machines/state-store.ts';
import { holdMs, type LeaseRecord, leaseKey, readLeaseRecord, replicaKey, toLease } from './lease-record.ts';

export interface SharedLeasesOptions {
  readonly store: Pick<StateStore, 'table' | 'commit' | 'watch' | 'isAway'>;
  /** What this server is known by to machines, and to the other replicas. */
  readonly serverAddress: string;
  readonly logger: Logger;
}

/** While nothing can be kept, it is tried again so often. */
const againMs = 2000;
/** Leases that have ended are marked so often, so that a replica that starts does not count them anew. */
const sweepMs = 60_000;
const sweepLeases = 50;
/** A machine that has its address for a while yet is not kept waiting for an engine that does not answer. */
const patienceMs = 1000;
/** Others may renew what is renewed here, but not for ever. */
const attempts = 5;

/** The leases of all networks that a server serves. */
export class SharedLeases {
  readonly #options: SharedLeasesOptions;
  readonly #networks = new Map<string, NetworkLeases>();
  readonly #sweeping: NodeJS.Timeout;
  #again: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(options: SharedLeasesOptions) {
    this.#options = options;
    options.store.watch?.((heard) => {
      for (const { table, key } of heard) if (table === 'leases') this.#hear(key);
    });
    this.#sweeping = setInterval(() => {
      for (const leases of this.#networks.values()) void leases.markEnded(sweepLeases);
    }, sweepMs);
    this.#sweeping.unref();
  }

  /** Tells the other replicas of this one first: whoever looks for other DHCP servers finds it. */
  static async open(options: SharedLeasesOptions): Promise<SharedLeases> {
    const shared = new SharedLeases(options);
    if (!(await shared.#register())) shared.#failed();
    return shared;
  }

  /** A server that gives addresses out of these leases. */
  isReplica(serverAddress: string): boolean {
    return this.#options.store.table('leases').has(replicaKey(serverAddress));
  }

  /** Nothing can be kept, or what others have given cannot be known. */
  get isAway(): boolean {
    return this.#again !== undefined || this.#options.store.isAway === true;
  }

  /** @param earlier leases that were kept elsewhere so far, which become shared ones before anything is given */
  async openNetwork(name: string, table: KeptTable, earlier: readonly Lease[] = []): Promise<LeaseKeeper> {
    const { store, serverAddress } = this.#options;
    const leases = new NetworkLeases({
      ...{ store, name, table, by: serverAddress },
      isAway: () => this.isAway,
      failed: () => this.#failed(),
    });
    leases.hearAll();
    this.#networks.set(name, leases);
    await leases.takeOver(earlier);
    return {
      keep: (change, nowMs) => leases.keep(change, nowMs),
      mayOffer: (mac, nowMs) => !this.isAway || leases.sureUntil(mac) > nowMs,
      close: async () => void this.#networks.delete(name),
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#sweeping);
    clearTimeout(this.#again);
    if (!this.isAway) await this.#write(undefined);
  }

  #hear(key: string): void {
    const slash = key.lastIndexOf('/');
    if (slash > 0) this.#networks.get(key.slice(0, slash))?.hear(key.slice(slash + 1));
  }

  #register(): Promise<boolean> {
    return this.#write({ server: this.#options.serverAddress });
  }

  #write(value: unknown): Promise<boolean> {
    const { store, serverAddress } = this.#options;
    return store.commit({ puts: [{ table: 'leases', key: replicaKey(serverAddress), value }] }).then(
      () => true,
      () => false,
    );
  }

  /** Until it works again machines keep what they have, and nobody is given anything. */
  #failed(): void {
    if (this.#again !== undefined || this.#isClosed) return;
    const { logger } = this.#options;
    logger.error(
      'netboot: leases cannot be kept: machines keep their addresses until they end, and no others are given',
    );
    this.#tryAgainSoon();
  }

  #tryAgainSoon(): void {
    this.#again = setTimeout(() => void this.#tryAgain(), againMs);
  }

  /** Never rejects. */
  async #tryAgain(): Promise<void> {
    if (this.#isClosed) return;
    if (!(await this.#register())) {
      this.#tryAgainSoon();
      return;
    }
    this.#again = undefined;
    this.#options.logger.info('netboot: leases are kept again');
  }
}

interface NetworkLeasesOptions extends Pick<SharedLeasesOptions, 'store'> {
  readonly name: string;
  readonly table: KeptTable;
  readonly by: string;
  readonly isAway: () => boolean;
  readonly failed: () => void;
}

interface Counted {
  /** The very record that was heard of: another one is counted anew. */
  readonly record: LeaseRecord;
  readonly untilMs: number;
}

/** The leases of one network, by address. */
class NetworkLeases {
  readonly #options: NetworkLeasesOptions;
  readonly #counted = new Map<string, Counted>();
  /** What this server has kept itself: until then it is the machine's for certain, whoever cannot be asked. */
  readonly #sure = new Map<string, { readonly record: LeaseRecord; readonly untilMs: number }>();

  constructor(options: NetworkLeasesOptions) {
    this.#options = options;
  }

  /** Ended ones first: a machine has one lease at a time, the one that is alive. */
  hearAll(): void {
    const { store, name } = this.#options;
    const prefix = leaseKey(name, '');
    const records = [...store.table('leases')].flatMap(([key, value]) => {
      const record = key.startsWith(prefix) ? readLeaseRecord(value) : undefined;
      return record === undefined || key !== leaseKey(name, record.address) ? [] : [record];
    });
    records.sort((a, b) => Number(a.state === 'bound') - Number(b.state === 'bound'));
    for (const { address } of records) this.hear(address);
  }

  hear(address: string): void {
    const { table } = this.#options;
    const counted = this.#lookUp(address, table.now());
    if (counted === undefined) return;
    const { record, untilMs } = counted;
    const { mac, state } = record;
    const own = table.leaseOf(mac);
    if (state === 'declined') table.apply({ kind: 'decline', mac, address });
    else if (state === 'bound' || own === undefined || own.address === address)
      table.apply({ kind: 'bind', lease: toLease(record, untilMs) });
  }

  /** Until when the machine has its address for certain, whoever has to be asked; 0 for not at all. */
  sureUntil(mac: string): number {
    const sure = this.#sure.get(mac);
    return sure !== undefined && this.#recordOf(sure.record.address) === sure.record ? sure.untilMs : 0;
  }

  async keep(change: LeaseChange, nowMs: number): Promise<NotKept | undefined> {
    if (change.kind === 'bind') return this.#bindInTime(change.lease, nowMs);
    const address = change.kind === 'decline' ? change.address : this.#options.table.leaseOf(change.mac)?.address;
    const record = address === undefined ? undefined : this.#recordOf(address);
    if (record?.mac !== change.mac) return undefined;
    if (change.kind === 'decline') await this.#put({ ...record, state: 'declined' });
    // What is given back stays the machine's until it ends: a replica that is cut off, and has given it, may still confirm it.
    else this.hear(record.address);
    return undefined;
  }

  /** Leases that were kept elsewhere. Waits for the engine: nothing may be given before. */
  async takeOver(earlier: readonly Lease[]): Promise<void> {
    const { table } = this.#options;
    for (const lease of earlier) {
      if (lease.expiresAtMs <= table.now() || this.#recordOf(lease.address) !== undefined) continue;
      while ((await this.#put(boundOf(lease))) === 'away') await new Promise((resolve) => setTimeout(resolve, againMs));
      this.hear(lease.address);
    }
  }

  /** What nobody has renewed for as long as it lasts. */
  async markEnded(most: number): Promise<void> {
    const { table, isAway } = this.#options;
    if (isAway()) return;
    const now = table.now();
    const ended = [...this.#counted].filter(([, { record, untilMs }]) => record.state === 'bound' && untilMs <= now);
    for (const [address, { record }] of ended.slice(0, most)) {
      if (this.#recordOf(address) !== record) this.#lookUp(address, now);
      else await this.#put({ ...record, state: 'ended' });
    }
  }

  async #bindInTime(lease: Lease, nowMs: number): Promise<NotKept | undefined> {
    const untilMs = this.sureUntil(lease.mac);
    const kept = this.#bind(lease, nowMs);
    if (untilMs <= nowMs || this.#sure.get(lease.mac)?.record.address !== lease.address) return kept;
    let timer: NodeJS.Timeout | undefined;
    const impatient = new Promise<NotKept>((resolve) => {
      timer = setTimeout(() => resolve({ code: 'away', untilMs }), patienceMs);
    });
    const outcome = await Promise.race([kept, impatient]);
    clearTimeout(timer);
    return outcome?.code === 'away' ? { code: 'away', untilMs } : outcome;
  }

  async #bind(lease: Lease, nowMs: number): Promise<NotKept | undefined> {
    const { table } = this.#options;
    const { mac, address } = lease;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const counted = this.#lookUp(address, attempt === 0 ? nowMs : table.now());
      const record = counted?.record;
      if (counted !== undefined && record?.mac !== mac && counted.untilMs > table.now()) {
        this.hear(address);
        return { code: 'taken' };
      }
      // Another replica was asked, too, and has kept it.
      if (attempt > 0 && record?.mac === mac && record.state === 'bound' && record.seconds >= lease.seconds)
        return undefined;
      const outcome = await this.#put(boundOf(lease));
      if (outcome === 'away') return { code: 'away', untilMs: undefined };
      if (outcome === 'conflict') continue;
      this.#sure.set(mac, { record: outcome, untilMs: nowMs + lease.seconds * 1000 });
      // Counted from when it is kept.
      this.hear(address);
      return undefined;
    }
    return { code: 'away', untilMs: undefined };
  }

  /** Writes in the place of what is known now. @returns the record as the store has it then, or why it has not */
  async #put(next: Omit<LeaseRecord, 'turn' | 'by'>): Promise<LeaseRecord | 'conflict' | 'away'> {
    const { store, name, by, failed } = this.#options;
    const key = leaseKey(name, next.address);
    const turn = (this.#recordOf(next.address)?.turn ?? 0) + 1;
    const value: LeaseRecord = { ...next, turn, by };
    try {
      await store.commit({ puts: [{ table: 'leases', key, value, ifIs: store.table('leases').get(key) ?? null }] });
      const record = this.#recordOf(next.address);
      return record?.turn === turn && record.by === by ? record : 'conflict';
    } catch (error) {
      if (error instanceof StateError && error.code === 'conflict') return 'conflict';
      failed();
      return 'away';
    }
  }

  #recordOf(address: string): LeaseRecord | undefined {
    const { store, name } = this.#options;
    return readLeaseRecord(store.table('leases').get(leaseKey(name, address)));
  }

  /** Counts from now where the record is another than before. */
  #lookUp(address: string, nowMs: number): Counted | undefined {
    const record = this.#recordOf(address);
    if (record === undefined) {
      this.#counted.delete(address);
      return undefined;
    }
    const known = this.#counted.get(address);
    if (known?.record === record) return known;
    const counted = { record, untilMs: nowMs + holdMs(record) };
    this.#counted.set(address, counted);
    return counted;
  }
}

function boundOf({ expiresAtMs: _, ...lease }: Lease): Omit<LeaseRecord, 'turn' | 'by'> {
  return { ...lease, state: 'bound' };
}
