/** A lease, and every way in which the table of leases changes. */

/** Times are milliseconds of the lease clock (`clock.ts`). */
export interface Lease {
  /** What a lease is found by: it stays the same through ROM, iPXE and the system, unlike the client identifier. */
  readonly mac: string;
  readonly address: string;
  /** Whether a group matched the machine; those that none matches have a share of the pool. */
  readonly known: boolean;
  /** How long the lease was given for. */
  readonly seconds: number;
  readonly expiresAtMs: number;
  /** Option 61 in hexadecimal digits; a note, nothing goes by it. */
  readonly clientIdentifier?: string;
  /** The name that the machine gave; a note. */
  readonly hostName?: string;
}

export type LeaseChange =
  | { readonly kind: 'offer'; readonly mac: string; readonly address: string; readonly known: boolean }
  | { readonly kind: 'bind'; readonly lease: Lease }
  | { readonly kind: 'release'; readonly mac: string }
  /** The machine found the address in use: nobody gets it for a while. */
  | { readonly kind: 'decline'; readonly mac: string; readonly address: string }
  /** The machine took another server's offer. */
  | { readonly kind: 'forget_offer'; readonly mac: string };
