/** The virtual machine that is tried: who it is and how it finds the server. */
import type { Lifetime, Started } from '../vm/lifetime.ts';
import { type MachineNetwork, startMachine } from '../vm/qemu.ts';

/** What it tells about itself; `groups/node1.json` selects it by its MAC address. */
export const identity = {
  mac: '52:54:00:a1:9c:ae',
  uuid: '16e7d8a7-bfa9-428b-9117-363341bb330a',
  serial: 'TRY-0001',
};

export interface PowerOptions {
  readonly network: MachineNetwork;
  /** A folder of its own. */
  readonly scratch: string;
  readonly memoryMib: number | undefined;
  /** QEMU's, tried in order. */
  readonly accelerators: readonly string[] | undefined;
  /** The console as it comes. */
  readonly onOutput: (chunk: Buffer) => void;
}

/** Powers the machine on: a BIOS machine without a disk, whose network card has iPXE. */
export function powerOn(lifetime: Lifetime, options: PowerOptions): Started {
  return startMachine(lifetime, { ...identity, firmware: 'bios', ...options });
}
