/**
 * A load generator of low overhead: keep-alive connections that ask for one target, one request at a time each.
 * `{machine}` in the target is another machine's MAC address each time, of ten thousand, from the machine FIRST on.
 * load.ts PORT TARGET CONNECTIONS SECONDS [FIRST] → JSON { rps, p50Ms, p99Ms, requests, errors } (requests: warm-up included)
 */
import { connect } from 'node:net';
import { answerLength } from './answer-length.ts';
import { requestsFor } from './machine-requests.ts';

/** What it prints. */
export interface Load {
  readonly rps: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Warm-up included. */
  readonly requests: number;
  readonly errors: number;
}

const [port, target = '', connections, seconds, first = '0'] = process.argv.slice(2);
const many = requestsFor(target);
const isOfMany = many.length > 1;
let next = Math.floor(Number(first));

const warmUpMs = 500;
const latencies: number[] = [];
let counting = false;
let requests = 0;
let errors = 0;
let stopping = false;

function run(): void {
  const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
  let wanted = 0;
  let got = 0;
  let sentAt = 0;
  const ask = (): void => {
    got = 0;
    sentAt = performance.now();
    socket.write(many[next++ % many.length]!);
  };
  socket.on('connect', ask);
  socket.on('data', (chunk) => {
    if (wanted === 0 || (isOfMany && got === 0)) wanted = answerLength(chunk);
    got += chunk.length;
    if (got < wanted) return;
    if (got > wanted) errors++;
    requests++;
    if (counting) latencies.push(performance.now() - sentAt);
    if (stopping) socket.destroy();
    else ask();
  });
  socket.on('error', () => {
    errors++;
  });
}

for (let i = 0; i < Number(connections); i++) run();
setTimeout(() => {
  counting = true;
  const from = performance.now();
  setTimeout(() => {
    const elapsed = (performance.now() - from) / 1000;
    stopping = true;
    latencies.sort((a, b) => a - b);
    const at = (share: number): number =>
      Number((latencies[Math.floor(latencies.length * share)] ?? Number.NaN).toFixed(3));
    const rps = Math.round(latencies.length / elapsed);
    const load: Load = { rps, p50Ms: at(0.5), p99Ms: at(0.99), requests, errors };
    console.log(JSON.stringify(load));
    process.exit(0);
  }, Number(seconds) * 1000);
}, warmUpMs);
