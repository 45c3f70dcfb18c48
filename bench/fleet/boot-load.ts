/**
 * Machines that boot, from one process: boot-load.ts PORT PXE-PORT FIRST COUNT AT-ONCE RATE. With a rate so many are powered on each
 * second, whatever becomes of the others, and wait between their steps; without one so many boot at once, and the next ones when they
 * are done. → JSON of `BootLoad`
 */
import { createSocket } from 'node:dgram';
import { goFirst } from '../go-first.ts';
import { percentile } from '../percentile.ts';
import { Booting, type StepKind, stepKinds } from './booting.ts';

/** What it prints. Milliseconds are those that an answer took. */
export interface BootLoad {
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of all answers but those to reports, which wait for the disk. */
  readonly p99MsUnreported: number;
  readonly p99MsByKind: Readonly<Record<StepKind, number>>;
  readonly faults: readonly string[];
}

const [port = 0, bootPort = 0, first = 0, count = 0, atOnce = 0, rate = 0] = process.argv.slice(2).map(Number);
const shortestPauseMs = 20;
const longestPauseMs = 220;
/** A packet that was lost is sent again, and its answer took that long. */
const lostMs = 1000;

if (rate > 0) goFirst(process.pid);
const times: Record<StepKind, number[]> = { dhcp: [], script: [], image: [], config: [], report: [] };
const faults: string[] = [];
const asking = new Map<number, Booting>();
let next = 0;
let ended = 0;

const dhcp = createSocket('udp4');
await new Promise<void>((resolve) => dhcp.bind(0, '127.0.0.1', resolve));
dhcp.setRecvBufferSize(4 * 1024 * 1024);
dhcp.on('message', (bytes) => {
  const index = bytes.readUInt32BE(4);
  const machine = asking.get(index);
  asking.delete(index);
  machine?.done();
});

const sendDhcp = (packet: Uint8Array, machine: Booting) => {
  asking.set(machine.index, machine);
  dhcp.send(packet, bootPort, '127.0.0.1');
  setTimeout(() => {
    if (asking.get(machine.index) === machine) sendDhcp(packet, machine);
  }, lostMs);
};

const surroundings = {
  port,
  sendDhcp,
  answered: (kind: StepKind, milliseconds: number) => void times[kind].push(milliseconds),
  ended: (fault: string | undefined) => {
    if (fault !== undefined) faults.push(fault);
    if (++ended === count) finish();
    else if (rate === 0) powerOn();
  },
  pause: (go: () => void) => {
    if (rate === 0) go();
    else setTimeout(go, shortestPauseMs + Math.random() * (longestPauseMs - shortestPauseMs));
  },
};

function powerOn(): void {
  if (next < count) new Booting(first + next++, surroundings).go();
}

const startedAt = performance.now();
if (rate === 0) for (let i = 0; i < atOnce; i++) powerOn();
else {
  const timer = setInterval(() => {
    while (next < Math.min(count, ((performance.now() - startedAt) / 1000) * rate)) powerOn();
    if (next === count) clearInterval(timer);
  }, 1);
}

function finish(): void {
  const seconds = (performance.now() - startedAt) / 1000;
  const all = stepKinds.flatMap((kind) => times[kind]);
  const unreported = stepKinds.filter((kind) => kind !== 'report').flatMap((kind) => times[kind]);
  const round = (ms: number) => Number(ms.toFixed(3));
  const p99 = (kind: StepKind) => round(percentile(times[kind], 0.99));
  const load: BootLoad = {
    seconds,
    p50Ms: round(percentile(all, 0.5)),
    p99Ms: round(percentile(all, 0.99)),
    p99MsUnreported: round(percentile(unreported, 0.99)),
    p99MsByKind: {
      dhcp: p99('dhcp'),
      script: p99('script'),
      image: p99('image'),
      config: p99('config'),
      report: p99('report'),
    },
    faults: faults.slice(0, 5),
  };
  console.log(JSON.stringify(load));
  process.exit(0);
}
