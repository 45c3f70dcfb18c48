/**
 * npm run bench -- beside PROGRAM: this build beside another one, PROGRAM being the other's `main.js`: requests a second and CPU time
 * of a request for each endpoint, the two servers taking turns so that what else the machine does meets both.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../tools/ports.ts';
import { type MeasuredServer, startServer, withFolder } from './child.ts';
import { load, targets, writeData } from './http.ts';
import { inTurns, ratio } from './in-turns.ts';
import { median } from './percentile.ts';
import { printTable } from './table.ts';

const rounds = 9;
const groups = 1000;
/** In the same form as the other: as modules. */
const built = fileURLToPath(new URL('../packages/matchbox/dist/main.js', import.meta.url));

export async function main(): Promise<void> {
  const other = process.argv[process.argv.indexOf('beside') + 1];
  if (other === undefined)
    throw new Error('beside: no program to compare with: npm run bench -- beside DIR/packages/matchbox/dist/main.js');
  await withFolder(async (folder) => {
    writeData(folder, groups);
    const ours = await start([process.execPath, built], folder, 'ours');
    const theirs = await start([process.execPath, other], folder, 'theirs');
    try {
      const rows = [];
      for (const [endpoint, target] of targets(groups)) {
        const pairs = await inTurns(rounds, [ours, theirs], (server) => load(server, target));
        rows.push({
          endpoint,
          rps: Math.round(median(pairs.map(([a]) => a.rps))),
          'rps beside': Math.round(median(pairs.map(([, b]) => b.rps))),
          'rps ratio': ratio(pairs, ({ rps }) => rps),
          'CPU µs': round(median(pairs.map(([a]) => a.cpuMicros))),
          'CPU µs beside': round(median(pairs.map(([, b]) => b.cpuMicros))),
          'CPU ratio': ratio(pairs, ({ cpuMicros }) => cpuMicros),
        });
      }
      printTable(`this build beside ${other}, ${groups} groups, logging to a file (median of ${rounds} pairs)`, rows);
      console.log(JSON.stringify({ bench: 'beside', rows }));
    } finally {
      await Promise.all([ours.stop(), theirs.stop()]);
    }
  });
}

async function start(command: readonly string[], folder: string, name: string): Promise<MeasuredServer> {
  const port = await freePort();
  const flags = [`-address=127.0.0.1:${port}`, `-data-path=${folder}`, `-assets-path=${join(folder, 'assets')}`];
  return startServer([...command, ...flags], { port, logFile: join(folder, `${name}.log`) });
}

function round(number: number): number {
  return Number(number.toFixed(3));
}
