/** Machines in numbers: for metrics, and for the first line of a page. */
import { type Machine, type MachineState, machineStates } from './machine.ts';

export interface Census {
  readonly states: Readonly<Record<MachineState, number>>;
  readonly inbox: number;
  readonly loops: number;
  readonly held: number;
  /** Seconds since the machine that stalled first did; 0 when none has. */
  readonly oldestStallSeconds: number;
}

export function takeCensus(machines: Iterable<Machine>, now: number): Census {
  const states = Object.fromEntries(machineStates.map((state) => [state, 0])) as Record<MachineState, number>;
  let inbox = 0;
  let loops = 0;
  let held = 0;
  let oldestStall = now;
  for (const machine of machines) {
    states[machine.state]++;
    if (machine.inbox) inbox++;
    if (machine.loop !== undefined) loops++;
    if (machine.orders.hold !== undefined) held++;
    if (machine.state === 'stalled') oldestStall = Math.min(oldestStall, machine.stateSince);
  }
  return { states, inbox, loops, held, oldestStallSeconds: Math.round((now - oldestStall) / 1000) };
}
