/** A machine without what a list of machines does not show. */
import type { Machine } from '../machines/machine.ts';
import type { Machine as MachineMessage } from './gen/matchbox/machines_pb.ts';
import { toMachineMessage } from './machine-message.ts';

/** A record is never changed, only replaced: what it says is said to all pages by one message. */
const messages = new WeakMap<Machine, MachineMessage>();

export function briefMessage(machine: Machine): MachineMessage {
  let message = messages.get(machine);
  if (message === undefined) {
    message = toMachineMessage(briefly(machine));
    messages.set(machine, message);
  }
  return message;
}

function briefly({ boot: _, ...machine }: Machine): Machine {
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
