/** Who a request is from, found out once: it holds for the same request as long as the machine's record says the same of who it is. */
import type { Machine } from './machine.ts';
import type { Slot } from './records.ts';

export interface Acquaintance extends Pick<Machine, 'uuids' | 'macs' | 'serials' | 'labels'> {
  readonly slot: Slot;
  readonly hostname: string | undefined;
  readonly address: string;
  /** Those that asked from that address lately; empty for ever once none of them is known any more. */
  readonly neighbours: ReadonlySet<string> | undefined;
  /** So often a key of one machine had gone over to another by then. */
  readonly takeovers: number;
}

/** Whether what a request says is what its machine said last: else the same request may be another machine's the next time. */
export function isSaidLast(machine: Machine, labels: ReadonlyMap<string, string>, address: string): boolean {
  const { uuids, macs, serials, addresses } = machine;
  const mac = labels.get('mac');
  return (
    mac !== undefined &&
    macs.at(-1) === mac &&
    isLastOf(uuids, labels.get('uuid')?.toLowerCase()) &&
    isLastOf(serials, labels.get('serial')?.trim().toLowerCase()) &&
    addresses.at(-1)?.address === address
  );
}

function isLastOf(known: readonly string[], said: string | undefined): boolean {
  return said === undefined || said === '' || known.at(-1) === said;
}

/** @returns the record, without what is known of when it did the same again; undefined where who it is has to be found out anew */
export function stillKnown(known: Acquaintance, takeovers: number): Machine | undefined {
  const { machine } = known.slot;
  return machine !== undefined &&
    known.takeovers === takeovers &&
    machine.uuids === known.uuids &&
    machine.macs === known.macs &&
    machine.serials === known.serials &&
    machine.labels === known.labels &&
    machine.hostname === known.hostname &&
    machine.addresses.at(-1)?.address === known.address
    ? machine
    : undefined;
}
