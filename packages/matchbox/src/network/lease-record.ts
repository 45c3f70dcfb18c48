/** A lease as replicas share it: what a record of the table `leases` says, and for how long. */
import { declinedMs, type Lease } from '@matchbox/netboot';

/** There are no times in it: nobody's clock is compared with anybody else's. Each replica counts from when it heard of the record. */
export interface LeaseRecord extends Omit<Lease, 'address' | 'expiresAtMs'> {
  readonly address: string;
  /** `ended`: a replica has counted that it was not renewed for as long as it lasts; `declined`: the machine found the address in use. */
  readonly state: 'bound' | 'ended' | 'declined';
  /** One more with each change, so that a renewal is one. */
  readonly turn: number;
  /** The server that wrote it. */
  readonly by: string;
}

/** Leases are found by their address, since that is what there is one of. */
export function leaseKey(network: string, address: string): string {
  return `${network}/${address}`;
}

/** Where a server says that it shares the leases. */
export function replicaKey(serverAddress: string): string {
  return `@${serverAddress}`;
}

/** @returns undefined for what is none: others may write there */
export function readLeaseRecord(value: unknown): LeaseRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { mac, address, known, seconds, state, turn, by } = value as Record<string, unknown>;
  if (typeof mac !== 'string' || typeof address !== 'string' || typeof by !== 'string') return undefined;
  if (typeof known !== 'boolean' || !isCount(seconds) || !isCount(turn)) return undefined;
  if (state !== 'bound' && state !== 'ended' && state !== 'declined') return undefined;
  return value as LeaseRecord;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

/** For how long the address is nobody else's, from when the record was heard of. */
export function holdMs({ state, seconds }: LeaseRecord): number {
  if (state === 'ended') return 0;
  return state === 'declined' ? Math.max(declinedMs, seconds * 1000) : seconds * 1000;
}

export function toLease(
  { mac, address, known, seconds, clientIdentifier, hostName }: LeaseRecord,
  untilMs: number,
): Lease {
  return {
    ...{ mac, address, known, seconds, expiresAtMs: untilMs },
    ...(clientIdentifier !== undefined && { clientIdentifier }),
    ...(hostName !== undefined && { hostName }),
  };
}
