/** Machines that a query finds, looked at in turns with others: who boots meanwhile does not wait for a long list. */
import type { Machine } from '../machines/machine.ts';
import type { Machines } from '../machines/machines.ts';

/** Machines that a query is held against in one turn of the event loop: some milliseconds even for many terms. */
const machinesAtOnce = 500;

/** Of what was seen before the call. */
export async function findInTurns(machines: Machines, matches: (machine: Machine) => boolean): Promise<Machine[]> {
  await machines.catchUpInTurns();
  const found: Machine[] = [];
  for (const [index, machine] of [...machines.registry.all()].entries()) {
    if (index % machinesAtOnce === machinesAtOnce - 1) await new Promise((resolve) => setImmediate(resolve));
    if (matches(machine)) found.push(machine);
  }
  return found;
}
