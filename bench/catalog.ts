/** npm run bench -- catalog: what it costs to start with thousands of groups, and to change one of them. */
import { join } from 'node:path';
import { freePort } from '../tools/ports.ts';
import type { CatalogLoop } from './catalog-loop.ts';
import type { CatalogRun } from './catalog-run.ts';
import { cpuSeconds, memoryMiB, program, runScript, startServer, withFolder } from './child.ts';
import { writeSite } from './know/data.ts';
import { printTable } from './table.ts';

/** The most that it may be, of processor time where it is time: on a computer that has nothing else to do the rest is little. */
const wanted = [
  { groups: 10_000, 'start CPU s': 1, 'peak MiB': 350, 'change CPU ms': 2, 'reload held ms': 50, 'appear held ms': 50 },
  {
    groups: 100_000,
    'start CPU s': 5,
    'peak MiB': 350,
    'change CPU ms': 5,
    'reload held ms': 50,
    'appear held ms': 50,
  },
] as const;

export async function main(): Promise<void> {
  const rows: Readonly<Record<string, number>>[] = [];
  for (const { groups, ...most } of wanted) {
    await withFolder(async (folder) => {
      writeSite(folder, groups);
      const row: Readonly<Record<string, number>> = {
        groups,
        ...(await measureStart(folder)),
        ...(await runScript<CatalogRun>('catalog-run.ts', [folder])),
        ...(await runScript<CatalogLoop>('catalog-loop.ts', [folder])),
      };
      rows.push(row);
      for (const [what, limit] of Object.entries(most)) {
        const verdict = (row[what] ?? Number.NaN) <= limit ? 'ok' : 'MISSED';
        console.log(`${groups} groups, ${what}: ${row[what]}, wanted at most ${limit}: ${verdict}`);
      }
    });
  }
  printTable('starting the server on a data directory, and changing one of its groups', rows);
  console.log(JSON.stringify({ bench: 'catalog', rows }));
}

/** The built server, from the start to its first connection. */
async function measureStart(folder: string) {
  const port = await freePort();
  const flags = [`-address=127.0.0.1:${port}`, `-data-path=${folder}`, '-assets-path='];
  const server = await startServer([...program, ...flags], { port, logFile: join(folder, 'server.log') });
  try {
    const { now, peak } = memoryMiB(server.pid);
    return {
      'start s': Number((server.startMs / 1000).toPrecision(3)),
      'start CPU s': cpuSeconds([server.pid]),
      'RSS MiB': now,
      'peak MiB': peak,
    };
  } finally {
    await server.stop();
  }
}
