/** The networks that are served: their leases, and the journals of these; replaced while machines are answered. */
import type { Network } from '../decide/network.ts';
import { LeaseJournal, readLeaseJournal } from '../lease/journal.ts';
import { leasesAfterRestart } from '../lease/journal-record.ts';
import type { KeptTable, LeaseKeeper, NotKept } from '../lease/keeper.ts';
import type { Lease, LeaseChange } from '../lease/lease.ts';
import { LeaseTable, type LeaseTableOptions } from '../lease/table.ts';
import { NetworkConfigError, type ResolvedNetwork, selectNetwork } from './config.ts';

export interface Served {
  readonly resolved: ResolvedNetwork;
  readonly subnet: ResolvedNetwork['subnet'];
  readonly relays: readonly string[];
  /** As it is served now, in its mode. */
  network: Network;
  readonly leases: LeaseTable;
  /** undefined where no leases are kept. */
  readonly keeper: LeaseKeeper | undefined;
}

export interface ServedNetworksOptions extends Pick<LeaseTableOptions, 'reservedFor' | 'inUse' | 'knownMachines'> {
  /** The journal of a network's leases; needed for networks with a range, unless there is a keeper. */
  readonly leasePath?: ((network: string) => string) | undefined;
  /** Keeps leases in the place of journals. */
  readonly leaseKeeper?: ((network: string, table: KeptTable) => Promise<LeaseKeeper>) | undefined;
  /** The lease clock. */
  readonly now: () => number;
  readonly onWarning: (text: string) => void;
}

/** Of a network that gives no addresses. */
export const emptyPool = { size: 0, has: () => false, *addresses() {} };

export class ServedNetworks {
  readonly #options: ServedNetworksOptions;
  #all: readonly Served[] = [];

  constructor(options: ServedNetworksOptions) {
    this.#options = options;
  }

  get all(): readonly Served[] {
    return this.#all;
  }

  named(name: string): Served | undefined {
    return this.#all.find(({ network }) => network.name === name);
  }

  select(relay: string | undefined, receivedOn: string | undefined): Network | undefined {
    return selectNetwork(this.#all, relay, receivedOn)?.network;
  }

  leases(name: string): Iterable<Lease> {
    return this.named(name)?.leases.leases() ?? [];
  }

  /**
   * Makes a network ready; it is served once `replace` has it. One that is served already by this name goes on with its
   * leases, its offers and its mode.
   * @throws NetworkConfigError without a file for leases, JournalError
   */
  async prepare(resolved: ResolvedNetwork): Promise<Served> {
    const { pool, config, subnet } = resolved;
    const before = this.named(config.name);
    const { reservedFor, inUse, knownMachines } = this.#options;
    const leases = new LeaseTable({
      pool: pool ?? emptyPool,
      ...(reservedFor && { reservedFor }),
      ...(inUse && { inUse }),
      ...(knownMachines && { knownMachines }),
      unknownShare: config.unknownShare ?? 0.5,
    });
    const isKept = pool !== undefined && config.mode !== 'dry-run';
    const keeper = isKept ? (before?.keeper ?? (await this.#openKeeper(config.name, leases))) : undefined;
    const mode = before?.network ?? { mode: 'off', dryRun: true };
    return { resolved, subnet, relays: config.relays ?? [], network: resolved.inMode(mode), leases, keeper };
  }

  /** Serves these and no others, from this moment on. */
  async replace(next: readonly Served[]): Promise<void> {
    const before = this.#all;
    for (const served of next) {
      const old = this.named(served.network.name);
      // Only now, since machines were answered while it was made ready.
      if (old !== undefined && old !== served) served.leases.adopt(old.leases, this.#options.now());
    }
    this.#all = next;
    const kept = new Set(next.map(({ keeper }) => keeper));
    const closed = before.flatMap(({ keeper }) => (keeper === undefined || kept.has(keeper) ? [] : [keeper]));
    await Promise.all(closed.map((keeper) => keeper.close()));
  }

  /** Changes the table, and answers when what has to survive a crash does; undefined when nothing has to. */
  keep({ leases, keeper }: Served, change: LeaseChange, nowMs: number): Promise<NotKept | undefined> | undefined {
    leases.apply(change, nowMs);
    const survives = change.kind === 'bind' || change.kind === 'release' || change.kind === 'decline';
    return survives ? keeper?.keep(change, nowMs) : undefined;
  }

  close(): Promise<void> {
    return this.replace([]);
  }

  async #openKeeper(name: string, leases: LeaseTable): Promise<LeaseKeeper> {
    const { leasePath, leaseKeeper, now, onWarning } = this.#options;
    // Whatever table is in its place by then.
    const table = () => this.named(name)?.leases ?? leases;
    if (leaseKeeper !== undefined) {
      const apply = (change: LeaseChange) => table().apply(change, now());
      return leaseKeeper(name, { now, leaseOf: (mac) => table().leaseOf(mac), apply });
    }
    if (leasePath === undefined) {
      const message = `network ${name} gives addresses and has no file for its leases`;
      throw new NetworkConfigError('ranges', message, 'no_lease_file');
    }
    const path = leasePath(name);
    const read = await readLeaseJournal(path);
    if (read.damagedLines > 0) onWarning(`${path}: ${read.damagedLines} damaged lines are passed over`);
    leases.restore(leasesAfterRestart(read, now()));
    return journalKeeper(await LeaseJournal.open({ path, snapshot: () => table().leases(), now }, read));
  }
}

function journalKeeper(journal: LeaseJournal): LeaseKeeper {
  return {
    keep: async (change, atMs) => {
      if (change.kind === 'bind') await journal.append({ kind: 'bind', atMs, lease: change.lease });
      else await journal.append({ kind: 'release', atMs, mac: change.mac });
      return undefined;
    },
    close: () => journal.close(),
  };
}

export function givesAddresses({ resolved: { config } }: Served): boolean {
  return config.mode === 'dhcp' || config.mode === 'auto';
}
