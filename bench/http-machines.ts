/** What `/ignition` reaches where every machine's Butane text is another one: a part of npm run bench -- http. */
import { join } from 'node:path';
import { freePort } from '../tools/ports.ts';
import { cpuSeconds, program, runScript, startServer, withFolder } from './child.ts';
import { writeSite } from './know/data.ts';
import type { Load } from './load.ts';

const sizes = [10_000, 100_000];
const connections = 32;
const secondsPerRun = 5;
const rounds = 3;

/** With so many groups, of which each is asked for in turn. */
export type MachinesRow = Readonly<Record<'groups' | 'rps' | 'p50 ms' | 'p99 ms' | 'CPU µs' | 'errors', number>>;

export async function measureMachines(): Promise<MachinesRow[]> {
  const rows: MachinesRow[] = [];
  for (const size of sizes) {
    await withFolder(async (folder) => {
      writeSite(folder, size);
      rows.push(await measureSize(folder, size));
    });
  }
  return rows;
}

async function measureSize(folder: string, groups: number): Promise<MachinesRow> {
  const port = await freePort();
  const args = [`-address=127.0.0.1:${port}`, `-data-path=${folder}`, '-assets-path='];
  const server = await startServer([...program, ...args], { port, logFile: join(folder, 'log') });
  // Some groups select by `os`, too; the others do not mind it.
  const target = `/ignition?mac={machine:${groups}}&os=installed`;
  let fastest: (Load & { readonly cpuMicros: number }) | undefined;
  let errors = 0;
  try {
    for (let round = 0; round < rounds; round++) {
      const before = cpuSeconds([server.pid]);
      // Where the last round ended, so that a machine is asked for again as late as can be.
      const run = await runScript<Load>('load.ts', [
        port,
        target,
        connections,
        secondsPerRun,
        (round * groups) / rounds,
      ]);
      const cpuMicros = Math.round(((cpuSeconds([server.pid]) - before) * 1e6) / run.requests);
      errors += run.errors;
      if (fastest === undefined || run.rps > fastest.rps) fastest = { ...run, cpuMicros };
    }
  } finally {
    await server.stop();
  }
  const { rps, p50Ms, p99Ms, cpuMicros } = fastest!;
  return { groups, rps, 'p50 ms': p50Ms, 'p99 ms': p99Ms, 'CPU µs': cpuMicros, errors };
}
