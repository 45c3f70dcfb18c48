/** What an order for many machines would come to: who would follow it, who is live, who is left out and why. */
import type { MachineAction } from '../machines/actions.ts';
import { type Machine, nameOf } from '../machines/machine.ts';
import type { Machines } from '../machines/machines.ts';
import { findInTurns } from './find-in-turns.ts';
import type { Identity } from './identity.ts';
import { refusalOf } from './machine-rights.ts';

const limits = { machines: 10_000, refused: 100 };

export async function foreseeOrders(
  machines: Machines,
  matches: (machine: Machine) => boolean,
  action: MachineAction,
  identity: Identity,
) {
  const found = await findInTurns(machines, matches);
  const judged = found.map((machine) => ({ machine, refusal: refusalOf(action, machine, identity) }));
  const allowed = judged.filter(({ refusal }) => refusal === '');
  const refused = judged.filter(({ refusal }) => refusal !== '');
  return {
    // By id, since names may be those of several.
    machines: allowed.slice(0, limits.machines).map(({ machine }) => ({ id: machine.id, name: nameOf(machine) })),
    allowed: allowed.length,
    refused: refused
      .slice(0, limits.refused)
      .map(({ machine, refusal }) => ({ id: machine.id, name: nameOf(machine), refusal })),
    refusedCount: refused.length,
    live: allowed.filter(({ machine: { state } }) => state === 'running' || state === 'installed').length,
  };
}
