// A load that does not wait for the server: so many requests a second, each timed from when it was due. A pause of the server is
// felt by every request that falls into it, as machines would feel it.
// node paced-load.js PORT TARGET RATE SECONDS → JSON { p50Ms, p99Ms, maxMs, requests, errors }
import { connect } from 'node:net';

const [port, target, rate, seconds] = process.argv.slice(2);
const request = Buffer.from(`GET ${target} HTTP/1.1\r\nHost: boot.example.test\r\nUser-Agent: bench\r\n\r\n`);
const connections = 64;
const warmUpMs = 500;
const idle = [];
const due = [];
const latencies = [];
let errors = 0;

function open() {
  const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
  const state = { socket, dueAt: 0, wanted: 0, got: 0 };
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

function release(state) {
  const dueAt = due.shift();
  if (dueAt === undefined) idle.push(state);
  else ask(state, dueAt);
}

function ask(state, dueAt) {
  Object.assign(state, { dueAt, wanted: 0, got: 0 });
  state.socket.write(request);
}

function answerLength(chunk) {
  const text = chunk.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const length = /content-length: (\d+)/i.exec(text.slice(0, end));
  if (!/^HTTP\/1\.1 200/.test(text) || !length) {
    console.error(`not a 200 with a length: ${text.slice(0, 200)}`);
    process.exit(1);
  }
  return end + 4 + Number(length[1]);
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

function finish() {
  clearInterval(timer);
  const counted = latencies
    .filter(({ dueAt }) => dueAt >= started + warmUpMs)
    .map(({ ms }) => ms)
    .sort((a, b) => a - b);
  const at = (share) =>
    Number((counted[Math.min(Math.floor(counted.length * share), counted.length - 1)] ?? Number.NaN).toFixed(2));
  const unanswered = sent - latencies.length;
  console.log(
    JSON.stringify({
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      maxMs: at(1),
      requests: counted.length,
      errors: Math.max(errors, unanswered),
    }),
  );
  process.exit(0);
}
