// A load generator of low overhead: keep-alive connections that ask for one target, one request at a time each.
// node load.js PORT TARGET CONNECTIONS SECONDS → JSON { rps, p50Ms, p99Ms, requests, errors } (requests: warm-up included)
import { connect } from 'node:net';

const [port, target, connections, seconds] = process.argv.slice(2);
const request = Buffer.from(`GET ${target} HTTP/1.1\r\nHost: boot.example.test\r\nUser-Agent: bench\r\n\r\n`);
const warmUpMs = 500;
const latencies = [];
let counting = false;
let requests = 0;
let errors = 0;
let stopping = false;

function run() {
  const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
  let wanted = 0;
  let got = 0;
  let sentAt = 0;
  const ask = () => {
    got = 0;
    sentAt = performance.now();
    socket.write(request);
  };
  socket.on('connect', ask);
  socket.on('data', (chunk) => {
    if (wanted === 0) wanted = answerLength(chunk);
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

/** Every answer to the same target has the same length, so one look at the first head is enough. */
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

for (let i = 0; i < Number(connections); i++) run();
setTimeout(() => {
  counting = true;
  const from = performance.now();
  setTimeout(() => {
    const elapsed = (performance.now() - from) / 1000;
    stopping = true;
    latencies.sort((a, b) => a - b);
    const at = (share) => Number((latencies[Math.floor(latencies.length * share)] ?? Number.NaN).toFixed(3));
    console.log(
      JSON.stringify({
        rps: Math.round(latencies.length / elapsed),
        p50Ms: at(0.5),
        p99Ms: at(0.99),
        requests,
        errors,
      }),
    );
    process.exit(0);
  }, Number(seconds) * 1000);
}, warmUpMs);
