/**
 * npm run bench -- recorder: what it costs to know machines. First when machines go the whole way from power-on until they run, which
 * is what is wanted of it (`fleet/recording-cost.ts`); then when nothing is asked for but one endpoint, which is harder.
 *
 * There it is the same server twice, one that keeps every story on a disk and one that looks at nothing, under the same load of ten
 * thousand machines in turns: as much as they can take, for the throughput, and half of what the blind one can take, for how long an
 * answer takes. Under all that it can take an answer takes the longer the less is taken, which says nothing new.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromSource } from '../tools/from-source.ts';
import { freePort } from '../tools/ports.ts';
import { type MeasuredServer, runScript, startServer, withFolder } from './child.ts';
import { type Cost, costRow, fleetRounds, measureFleet, turnRows } from './fleet/recording-cost.ts';
import { load, targets, writeData } from './http.ts';
import { inTurns, ratio } from './in-turns.ts';
import type { PacedLoad } from './know/paced-load.ts';
import { median } from './percentile.ts';
import { printTable } from './table.ts';

const rounds = Number(process.env.ROUNDS ?? 9);
const groups = 10_000;
const pacedSeconds = 2;
const wanted = { rps: 0.9, p99: 1.05 };

type Servers = readonly [recording: MeasuredServer, blind: MeasuredServer];

export async function main(): Promise<void> {
  await withFolder(measureMix);
  await withFolder(async (folder) => {
    writeData(folder, groups);
    const servers: Servers = [await start(folder, 'recording'), await start(folder, 'blind')];
    try {
      await compare(servers);
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  });
}

async function measureMix(folder: string): Promise<void> {
  const costs = [await measureFleet(folder, 'blind'), await measureFleet(folder, 'deaf')];
  const rows = costs.map(costRow);
  printTable(`machines that boot, a server that records / one that keeps … (median of ${fleetRounds} pairs)`, rows);
  for (const cost of costs) printTable(`each turn, recording / ${cost.beside}`, turnRows(cost));
  const [{ recorded, rssMiB }] = costs as [Cost];
  console.log(`recorded: ${recorded.known} machines, ${recorded.dropped} events dropped, ${rssMiB} MiB`);
  const row = rows[0]!;
  const isMet = row['rate ratio'] >= wanted.rps && row['p99 ratio'] <= wanted.p99;
  console.log(
    `${isMet ? 'met   ' : 'MISSED'}  a fleet that boots: ≥ ${wanted.rps} of machines/s, ≤ ${wanted.p99} of p99`,
  );
  console.log(JSON.stringify({ bench: 'recorder-fleet', rows, costs }));
}

async function compare(servers: Servers): Promise<void> {
  const rows = [];
  for (const [endpoint, target] of targets(groups)) {
    const each = target.replace(/mac=[0-9a-f-]+/, 'mac={machine}').replace(/uuid=[0-9a-f-]+&/, '');
    rows.push({ endpoint, ...(await measure(servers, each)) });
  }
  printTable(`recording beside blind, ${groups} machines (median of ${fleetRounds} pairs)`, rows);
  for (const row of rows) {
    const isMet = row['rps ratio'] >= wanted.rps && row['p99 ratio'] <= wanted.p99;
    console.log(`${isMet ? 'met   ' : 'MISSED'}  ${row.endpoint}: ≥ ${wanted.rps} of rps, ≤ ${wanted.p99} of p99`);
  }
  console.log(JSON.stringify({ bench: 'recorder', rows }));
}

async function measure(servers: Servers, target: string) {
  const full = await inTurns(rounds, servers, (server) => load(server, target));
  const blindRps = median(full.map(([, blind]) => blind.rps));
  const rate = Math.round(blindRps / 2);
  const paced = await inTurns(rounds, servers, ({ port }) =>
    runScript<PacedLoad>('know/paced-load.ts', [port, target, rate, pacedSeconds]),
  );
  return {
    'rps recording': Math.round(median(full.map(([recording]) => recording.rps))),
    'rps blind': Math.round(blindRps),
    'rps ratio': ratio(full, ({ rps }) => rps),
    'CPU ratio': ratio(full, ({ cpuMicros }) => cpuMicros),
    'p99 at full load': ratio(full, ({ p99Ms }) => p99Ms),
    'half load': rate,
    'p99 ms recording': median(paced.map(([recording]) => recording.p99Ms)),
    'p99 ms blind': median(paced.map(([, blind]) => blind.p99Ms)),
    'p99 ratio': ratio(paced, ({ p99Ms }) => p99Ms),
    'p50 ratio': ratio(paced, ({ p50Ms }) => p50Ms),
  };
}

async function start(folder: string, name: 'recording' | 'blind'): Promise<MeasuredServer> {
  const port = await freePort();
  const script = fromSource(fileURLToPath(new URL('recorder-server.ts', import.meta.url)));
  return startServer([...script, `${port}`, folder, name === 'blind' ? '' : join(folder, 'state')], {
    port,
    logFile: join(folder, `${name}.log`),
  });
}
