/**
 * What recording costs when machines go the whole way: DHCP, loader, script, kernel, initrd, Ignition, a report that it is installed, the
 * script that sends it to its disk, a report that it runs. A server that records beside one that does not, in turns, each machine for the
 * first time: as many at once as they can take, for the throughput; and ten thousand in a minute, for how long an answer takes, or half of
 * what the one that does not record can take where that is less: where no time is left, an answer's time says only that.
 */
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromSource } from '../../tools/from-source.ts';
import { freePort } from '../../tools/ports.ts';
import { cpuSeconds, type MeasuredServer, memoryMiB, runScript, startServer } from '../child.ts';
import { goFirst } from '../go-first.ts';
import { inTurns, type Pair, ratio } from '../in-turns.ts';
import { median } from '../percentile.ts';
import type { BootLoad } from './boot-load.ts';
import { writeBootSite } from './boot-site.ts';
import { stepKinds } from './booting.ts';

/** Turns that are counted; one more warms up. */
export const fleetRounds = Number(process.env.ROUNDS ?? 5);
const atOnce = 128;
const machinesAtFullLoad = 1500;
const mostPerSecond = 10_000 / 60;
const pacedSeconds = 10;

type Kind = 'recording' | 'blind' | 'deaf';

interface Server extends MeasuredServer {
  readonly kind: Kind;
  readonly bootPort: number;
  readonly logFile: string;
}

type Run = BootLoad & { readonly cpuMsPerMachine: number };

/** What recording costs beside one that does not. */
export interface Cost {
  readonly beside: Kind;
  readonly full: readonly Pair<Run>[];
  /** Machines that were powered on each second where they were paced. */
  readonly pace: number;
  readonly paced: readonly Pair<Run>[];
  readonly recorded: { readonly known: number; readonly dropped: number };
  readonly rssMiB: number;
}

/** @param folder its site may be there from the call before */
export async function measureFleet(folder: string, beside: Kind): Promise<Cost> {
  writeBootSite(folder, (fleetRounds + 1) * (machinesAtFullLoad + Math.ceil(mostPerSecond * pacedSeconds)));
  const servers = [await start(folder, 'recording', beside), await start(folder, beside, beside)] as const;
  try {
    return await measure(servers);
  } finally {
    for (const server of servers) await server.stop();
  }
}

async function measure(servers: readonly [recording: Server, other: Server]): Promise<Cost> {
  const [{ pid, logFile }, { kind: beside }] = servers;
  const next = new Map<Server, number>();
  const run = (count: number, rate: number) => (server: Server) => {
    const first = next.get(server) ?? 0;
    next.set(server, first + count);
    return boot(server, [first, count, atOnce, rate]);
  };
  const full = await inTurns(fleetRounds, servers, run(machinesAtFullLoad, 0));
  // At the fleet's pace there is time left for others; all that the computer has is not taken from them.
  for (const server of servers) goFirst(server.pid);
  const pace = Math.min(mostPerSecond, median(full.map(([, { seconds }]) => machinesAtFullLoad / seconds)) / 2);
  const paced = await inTurns(fleetRounds, servers, run(Math.ceil(pace * pacedSeconds), pace));
  const rssMiB = memoryMiB(pid).now;
  await servers[0].stop();
  const told = readFileSync(logFile, 'utf8').trim().split('\n').at(-1)!;
  return { beside, full, pace, paced, rssMiB, recorded: JSON.parse(told) };
}

async function boot(server: Server, words: readonly number[]): Promise<Run> {
  const before = cpuSeconds([server.pid]);
  const load = await runScript<BootLoad>('fleet/boot-load.ts', [server.port, server.bootPort, ...words]);
  if (load.faults.length > 0) throw new Error(`a machine could not boot from the ${server.kind} one: ${load.faults}`);
  return { ...load, cpuMsPerMachine: ((cpuSeconds([server.pid]) - before) * 1000) / words[1]! };
}

async function start(folder: string, kind: Kind, beside: Kind): Promise<Server> {
  const [port, bootPort] = [await freePort(), await freePort()];
  const script = fromSource(fileURLToPath(new URL('boot-server.ts', import.meta.url)));
  const logFile = join(folder, `${kind}-${beside}.log`);
  const statePath = join(folder, `state-${kind}-${beside}`);
  const words = [...script, `${port}`, `${bootPort}`, folder, statePath, kind];
  const server = await startServer(words, { port, logFile });
  // Network boot is served last.
  while ((await statusOf(port, '/netboot/ipxe.efi')) !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
  return { ...server, kind, bootPort, logFile };
}

function statusOf(port: number, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode));
    }).once('error', reject);
  });
}

/** Medians of the turns, and of the ratios of one turn each. */
export function costRow({ beside, full, pace, paced }: Cost) {
  const perSecond = (run: Run) => machinesAtFullLoad / run.seconds;
  const both = (pairs: readonly Pair<Run>[], of: (run: Run) => number, digits: number) =>
    [0, 1].map((which) => median(pairs.map((pair) => of(pair[which as 0 | 1]))).toFixed(digits)).join(' / ');
  return {
    'recording beside': beside === 'blind' ? 'reports alone' : 'nothing',
    'machines/s': both(full, perSecond, 0),
    'rate ratio': ratio(full, perSecond),
    'CPU ms a machine': both(full, ({ cpuMsPerMachine }) => cpuMsPerMachine, 2),
    'CPU ratio': ratio(full, ({ cpuMsPerMachine }) => cpuMsPerMachine),
    pace: Math.round(pace),
    'CPU ratio at pace': ratio(paced, ({ cpuMsPerMachine }) => cpuMsPerMachine),
    'p99 ms at pace': both(paced, ({ p99Ms }) => p99Ms, 2),
    'p99 ratio': ratio(paced, ({ p99Ms }) => p99Ms),
    'without reports': both(paced, ({ p99MsUnreported }) => p99MsUnreported, 2),
    'its ratio': ratio(paced, ({ p99MsUnreported }) => p99MsUnreported),
    'p50 ratio': ratio(paced, ({ p50Ms }) => p50Ms),
  };
}

/** Each turn as it was. */
export function turnRows({ full, paced }: Cost) {
  const shown = (pair: Pair<Run>, of: (run: Run) => number, digits = 2) =>
    pair.map((run) => of(run).toFixed(digits)).join(' / ');
  return full.map((pair, turn) => ({
    turn: turn + 1,
    'machines/s': shown(pair, ({ seconds }) => machinesAtFullLoad / seconds, 0),
    'CPU ms': shown(pair, ({ cpuMsPerMachine }) => cpuMsPerMachine),
    'CPU ms at pace': shown(paced[turn]!, ({ cpuMsPerMachine }) => cpuMsPerMachine),
    'p99 ms': shown(paced[turn]!, ({ p99Ms }) => p99Ms),
    ...Object.fromEntries(stepKinds.map((kind) => [kind, shown(paced[turn]!, (run) => run.p99MsByKind[kind])])),
  }));
}
