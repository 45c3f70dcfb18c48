/** Machines that a query finds, looked at in turns with others: who boots meanwhile does not wait for a long list. */
import type { Machine } from '../machines/machine.ts';
import type { Machines } from '../machines/machines.ts';
import { eachInTurns } from './turns.ts';

/** Of what was seen before the call. */
export async function findInTurns(machines: Machines, matches: (machine: Machine) => boolean): Promise<Machine[]> {
  await machines.catchUpInTurns();
  const found: Machine[] = [];
  await eachInTurns([...machines.registry.all()], (machine) => {
    if (matches(machine)) found.push(machine);
  });
  return found;
}
