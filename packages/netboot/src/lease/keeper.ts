/** Where leases are kept: so that they outlive the server, and, where several servers give from one range, are no two machines'. */
import type { Lease, LeaseChange } from './lease.ts';

export interface LeaseKeeper {
  /**
   * Keeps a change that the table has already. Resolves when it would survive a crash.
   * @returns why it was not kept; undefined when it was
   * @throws JournalError when it cannot be kept, and nobody else would say so
   */
  keep(change: LeaseChange, nowMs: number): Promise<NotKept | undefined>;
  /** Whether an address that is offered to the machine now could be confirmed; left out where it always can. */
  mayOffer?(mac: string, nowMs: number): boolean;
  close(): Promise<void>;
}

export type NotKept =
  /** Another server has given the address to another machine. */
  | { readonly code: 'taken' }
  /** Nobody can be asked. Until that time, by the lease clock, the address is the machine's by what was kept before; undefined: nothing was. */
  | { readonly code: 'away'; readonly untilMs: number | undefined };

/** The table of a network as its keeper has it: what other servers give is told to it. */
export interface KeptTable {
  /** The lease clock. */
  now(): number;
  leaseOf(mac: string): Lease | undefined;
  apply(change: LeaseChange): void;
}
