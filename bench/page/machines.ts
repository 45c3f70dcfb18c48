/**
 * Machines of a fleet that ask for their boot scripts at an even rate, whatever the answers take: each is an event or two.
 * machines.ts PORT MACHINES PER-SECOND SECONDS [first] → JSON { p50Ms, p99Ms, requests, late, errors }; PER-SECOND 0: each once, as fast as
 * it goes; `first`: before whatever else the computer does, if it may.
 */
import { Agent, get } from 'node:http';
import { makeFleet } from '../../tools/fleet/behaviour.ts';
import { goFirst } from '../go-first.ts';
import { percentile } from '../percentile.ts';

/** What it prints. */
export interface Asked {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly requests: number;
  /** Requests that this process itself sent more than 20 ms too late: the computer was busy. */
  readonly late: number;
  readonly errors: number;
}

const [port = 0, count = 0, perSecond = 0, seconds = 0] = process.argv.slice(2).map(Number);
const fleet = makeFleet(count);
if (process.argv[6] === 'first') goFirst(process.pid);
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const latencies: number[] = [];
let [errors, late] = [0, 0];

function ask(index: number, dueMs: number): Promise<void> {
  const { mac, uuid } = fleet[index % fleet.length]!;
  if (performance.now() - dueMs > 20) late++;
  return new Promise((resolve) => {
    const begun = performance.now();
    const end = (isGood: boolean) => {
      if (isGood) latencies.push(performance.now() - begun);
      else errors++;
      resolve();
    };
    get({ host: '127.0.0.1', port, path: `/ipxe?mac=${mac}&uuid=${uuid}`, agent }, (response) => {
      response.resume();
      response.on('end', () => end(response.statusCode === 200 || response.statusCode === 404));
    }).on('error', () => end(false));
  });
}

async function askEachOnce(): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < fleet.length) await ask(next++, performance.now());
  };
  await Promise.all(Array.from({ length: 16 }, work));
}

async function askEvenly(): Promise<void> {
  const startedMs = performance.now();
  const open: Promise<void>[] = [];
  // Neighbours in the list are no neighbours in time.
  const step = 7919;
  for (let sent = 0; sent < perSecond * seconds; sent++) {
    const dueMs = startedMs + (sent * 1000) / perSecond;
    const wait = dueMs - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    open.push(ask(sent * step, dueMs));
  }
  await Promise.all(open);
}

await (perSecond === 0 ? askEachOnce() : askEvenly());
const at = (share: number) => Number(percentile(latencies, share).toFixed(3));
const asked: Asked = { p50Ms: at(0.5), p99Ms: at(0.99), requests: latencies.length, late, errors };
console.log(JSON.stringify(asked));
process.exit(0);
