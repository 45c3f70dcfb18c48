/**
 * A load that does not wait for the server: so many requests a second, each timed from when it was due. A pause of the server is
 * felt by every request that falls into it, as machines would feel it.
 * paced-load.ts PORT TARGET RATE SECONDS → JSON { p50Ms, p99Ms, maxMs, requests, errors }
 */
import { connect, type Socket } from 'node:net';
import { answerLength } from '../answer-length.ts';
import { requestsFor } from '../machine-requests.ts';

/** What it prints. */
export interface PacedLoad {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly requests: number;
  readonly errors: number;
}

/** A connection, and what it waits for. */
interface Connection {
  readonly socket: Socket;
  /** When its request was due. */
  dueAt: number;
  /** Bytes of the answer, 0 until its head is there. */
  wanted: number;
  got: number;
}

const [port, target = '', rate, seconds] = process.argv.slice(2);
const many = requestsFor(target);
let next = 0;
const connections = 64;
const warmUpMs = 500;
const idle: Connection[] = [];
const due: number[] = [];
const latencies: { readonly dueAt: number; readonly ms: number }[] = [];
let errors = 0;

function open(): void {
  const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
  const state: Connection = { socket, dueAt: 0, wanted: 0, got: 0 };
  socket.on('connect', () => release(state));
  socket.on('data', (chunk) => {
    if (state.wanted === 0) state.wanted = answerLength(chunk);
    state.got += chunk.length;
    if (state.got < state.wanted) return;
    if (state.got > state.wanted) errors++;
    latencies.push({ dueAt: state.dueAt, ms: performance.now() - state.dueAt });
    release(state);
  });
  socket.on('error', () => {
    errors++;
  });
}

function release(state: Connection): void {
  const dueAt = due.shift();
  if (dueAt === undefined) idle.push(state);
  else ask(state, dueAt);
}

function ask(state: Connection, dueAt: number): void {
  Object.assign(state, { dueAt, wanted: 0, got: 0 });
  state.socket.write(many[next++ % many.length]!);
}

for (let i = 0; i < connections; i++) open();
const started = performance.now();
const endsAt = started + warmUpMs + Number(seconds) * 1000;
let sent = 0;
const timer = setInterval(() => {
  const now = Math.min(performance.now(), endsAt);
  for (; sent < ((now - started) / 1000) * Number(rate); sent++) {
    const dueAt = started + (sent * 1000) / Number(rate);
    const state = idle.pop();
    if (state === undefined) due.push(dueAt);
    else ask(state, dueAt);
  }
  if (now === endsAt && latencies.length + errors >= sent) finish();
  if (performance.now() > endsAt + 10_000) finish();
}, 1);

function finish(): void {
  clearInterval(timer);
  const counted = latencies
    .filter(({ dueAt }) => dueAt >= started + warmUpMs)
    .map(({ ms }) => ms)
    .sort((a, b) => a - b);
  const at = (share: number): number =>
    Number((counted[Math.min(Math.floor(counted.length * share), counted.length - 1)] ?? Number.NaN).toFixed(2));
  const unanswered = sent - latencies.length;
  const load: PacedLoad = {
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
    requests: counted.length,
    errors: Math.max(errors, unanswered),
  };
  console.log(JSON.stringify(load));
  process.exit(0);
}
