/** The lines of the lease journal: a checksum, a space, JSON. */
import { crc32 } from 'node:zlib';
import { isHostAddress, parseIpv4 } from '../ipv4.ts';
import { formatMac, MacError, parseMac } from '../mac.ts';
import type { Lease } from './lease.ts';

export type JournalRecord =
  | { readonly kind: 'bind'; readonly atMs: number; readonly lease: Lease }
  | { readonly kind: 'release'; readonly atMs: number; readonly mac: string };

export interface ReadJournal {
  /** The last state of each machine's lease. */
  readonly leases: readonly Lease[];
  /** When the last record was written, by the lease clock of then; undefined for an empty journal. */
  readonly lastAtMs: number | undefined;
  /** How many records there are. */
  readonly records: number;
  /** Lines that are no record, the torn one at the end not counted. */
  readonly damagedLines: number;
  /** Where the torn line at the end begins; the journal's size when there is none. */
  readonly wholeBytes: number;
}

/** How long a machine keeps an address that was its own when the journal ends, whatever the clock says at the start. */
const graceMs = 900_000;

export function formatRecord(record: JournalRecord): string {
  const json = JSON.stringify(record);
  return `${checksum(json)} ${json}\n`;
}

/** Total: reads what is whole, whatever a crash or a disk left behind. */
export function parseJournal(bytes: Uint8Array): ReadJournal {
  const byMac = new Map<string, Lease>();
  const macByAddress = new Map<string, string>();
  let [lastAtMs, records, damagedLines]: [number | undefined, number, number] = [undefined, 0, 0];
  const wholeBytes = bytes.lastIndexOf(10) + 1;
  for (const line of new TextDecoder().decode(bytes.subarray(0, wholeBytes)).split('\n').slice(0, -1)) {
    const record = parseRecord(line);
    if (record === undefined) {
      damagedLines++;
      continue;
    }
    records++;
    lastAtMs = Math.max(lastAtMs ?? record.atMs, record.atMs);
    if (record.kind === 'release') {
      const lease = byMac.get(record.mac);
      if (lease) byMac.set(record.mac, { ...lease, expiresAtMs: Math.min(lease.expiresAtMs, record.atMs) });
      continue;
    }
    const { mac, address } = record.lease;
    const holder = macByAddress.get(address);
    if (holder !== undefined && holder !== mac && byMac.get(holder)?.address === address) byMac.delete(holder);
    byMac.set(mac, record.lease);
    macByAddress.set(address, mac);
  }
  return { leases: [...byMac.values()], lastAtMs, records, damagedLines, wholeBytes };
}

/**
 * The leases for a table whose clock begins at `nowMs`. What was leased when the journal ends stays so for a while: at a
 * start nobody can tell a clock that was set from a long rest, and its machines may still be using the addresses.
 */
export function leasesAfterRestart({ leases, lastAtMs }: ReadJournal, nowMs: number): readonly Lease[] {
  if (lastAtMs === undefined) return leases;
  return leases.map((lease) => {
    const leftMs = lease.expiresAtMs - lastAtMs;
    const expiresAtMs = nowMs < lastAtMs ? nowMs + leftMs : lease.expiresAtMs;
    if (leftMs <= 0) return { ...lease, expiresAtMs };
    return { ...lease, expiresAtMs: Math.max(expiresAtMs, nowMs + Math.min(lease.seconds * 1000, graceMs)) };
  });
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}

function parseRecord(line: string): JournalRecord | undefined {
  const json = line.slice(9);
  if (line[8] !== ' ' || line.slice(0, 8) !== checksum(json)) return undefined;
  try {
    return readRecord(JSON.parse(json));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof MacError) return undefined;
    throw error;
  }
}

function readRecord(value: unknown): JournalRecord | undefined {
  if (!isObject(value) || !isTime(value.atMs)) return undefined;
  const { kind, atMs } = value;
  if (kind === 'release') return { kind, atMs, mac: readMac(value.mac) };
  if (kind !== 'bind' || !isObject(value.lease)) return undefined;
  const { mac, address, known, seconds, expiresAtMs, clientIdentifier, hostName } = value.lease;
  if (typeof address !== 'string' || !isHostAddress(parseIpv4(address) ?? 0)) return undefined;
  if (typeof known !== 'boolean' || !isTime(seconds) || !isTime(expiresAtMs)) return undefined;
  return {
    kind,
    atMs,
    lease: {
      mac: readMac(mac),
      address,
      known,
      seconds,
      expiresAtMs,
      ...(typeof clientIdentifier === 'string' && { clientIdentifier }),
      ...(typeof hostName === 'string' && { hostName }),
    },
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function readMac(value: unknown): string {
  return formatMac(parseMac(typeof value === 'string' ? value : ''));
}
