/** A machine without what a list of machines does not show. */
import type { Machine } from '../machines/machine.ts';

export function briefly({ boot: _, ...machine }: Machine): Machine {
  const { macs, uuids, addresses } = machine;
  return {
    ...machine,
    macs: macs.slice(0, 1),
    uuids: uuids.slice(-1),
    addresses: addresses.slice(-1),
    serials: [],
    labels: [],
    collisions: machine.collisions.slice(0, 1),
  };
}
