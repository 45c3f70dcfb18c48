/**
 * npm run bench -- fleet [MACHINES]: machines are powered on over one minute, one in five of them with a fault, and the server has to
 * know each of them rightly in the end.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Behaviour, finalStates, makeFleet, type SimulatedMachine } from '../tools/fleet/behaviour.ts';
import { runFleet } from '../tools/fleet/fleet.ts';
import { writeFleetSite } from '../tools/fleet/site.ts';
import { fromSource } from '../tools/from-source.ts';
import { withFolder } from './child.ts';
import { printTable } from './table.ts';

const machines = Number(process.env.FLEET ?? 10_000);
const overMs = Number(process.env.FLEET_MS ?? 60_000);

interface Known {
  readonly macs: readonly string[];
  readonly state: string;
  readonly group?: string;
}

interface Told {
  readonly known: readonly Known[];
  readonly dropped: number;
  readonly cpuSeconds: number;
  readonly rssMiB: number;
}

export async function main(): Promise<void> {
  await withFolder(async (folder) => {
    const fleet = makeFleet(machines);
    writeFleetSite(folder, fleet);
    const [, ...words] = fromSource(fileURLToPath(new URL('fleet-server.ts', import.meta.url)));
    const server = fork(words.at(-1)!, [folder, join(folder, 'state')], { execArgv: words.slice(0, -1) });
    const [{ port }] = (await once(server, 'message')) as [{ port: number }];
    const startedAt = performance.now();
    const faults = await runFleet(fleet, {
      server: `http://127.0.0.1:${port}`,
      pauseMs: () => 20 + Math.random() * 200,
      overMs,
    });
    const seconds = (performance.now() - startedAt) / 1000;
    server.send('tell');
    const [told] = (await once(server, 'message')) as [Told];
    server.disconnect();
    await once(server, 'exit');
    report(fleet, told, faults, seconds);
  });
}

function report(fleet: readonly SimulatedMachine[], told: Told, faults: readonly string[], seconds: number): void {
  const byMac = new Map<string, Known>();
  for (const known of told.known) for (const mac of known.macs) byMac.set(mac, known);
  const wrong = fleet.filter((machine) => byMac.get(machine.mac)?.state !== finalStates[machine.behaviour]);
  const mixed = told.known.filter(({ macs }) => new Set(macs.map((mac) => mac.slice(9))).size > 1);
  const rows = Object.entries(countBy(fleet)).map(([behaviour, count]) => ({
    behaviour,
    machines: count,
    wanted: finalStates[behaviour as Behaviour],
    wrong: wrong.filter((machine) => machine.behaviour === behaviour).length,
  }));
  printTable(`${fleet.length} machines in ${seconds.toFixed(1)} s`, rows);
  const row = {
    'steps that failed': faults.length,
    'machines known': told.known.length,
    'of that mixed up': mixed.length,
    'events dropped': told.dropped,
    'CPU s': Number(told.cpuSeconds.toFixed(1)),
    'MiB in the end': Math.round(told.rssMiB),
  };
  printTable('the server', [row]);
  for (const fault of faults.slice(0, 10)) console.log(fault);
  const isRight = wrong.length === 0 && mixed.length === 0 && faults.length === 0 && told.known.length === fleet.length;
  console.log(
    isRight
      ? 'every machine is known rightly'
      : `WRONG: ${wrong.length} states, ${mixed.length} mixed up, ${faults.length} failed steps`,
  );
  console.log(JSON.stringify({ bench: 'fleet', machines: fleet.length, seconds, wrong: wrong.length, ...row }));
  if (!isRight) process.exitCode = 1;
}

function countBy(fleet: readonly SimulatedMachine[]): Partial<Record<Behaviour, number>> {
  const counts: Partial<Record<Behaviour, number>> = {};
  for (const { behaviour } of fleet) counts[behaviour] = (counts[behaviour] ?? 0) + 1;
  return counts;
}
