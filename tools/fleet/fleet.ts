/** Powers a fleet of simulated machines on, so many at a time, and says how it went. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedMachine } from './behaviour.ts';
import { type FleetOptions, live } from './machine-life.ts';

export interface FleetRun extends FleetOptions {
  /** Machines are powered on evenly over this time. */
  readonly overMs: number;
  /** Called when a machine has come as far as it will. */
  readonly onDone?: (machine: SimulatedMachine, error: Error | undefined) => void;
  readonly signal?: AbortSignal;
}

/** @returns what went wrong, a line for each machine */
export async function runFleet(fleet: readonly SimulatedMachine[], run: FleetRun): Promise<readonly string[]> {
  const { overMs, onDone, signal } = run;
  const startedAt = performance.now();
  const faults: string[] = [];
  const lives: Promise<void>[] = [];
  for (const [index, machine] of fleet.entries()) {
    const dueIn = startedAt + (index / fleet.length) * overMs - performance.now();
    if (dueIn > 1) await sleep(dueIn);
    if (signal?.aborted) break;
    lives.push(
      live(machine, run).then(
        () => onDone?.(machine, undefined),
        (error: Error) => {
          faults.push(error.message);
          onDone?.(machine, error);
        },
      ),
    );
  }
  await Promise.all(lives);
  return faults;
}
