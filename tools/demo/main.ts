/** npm run demo: a server with a simulated fleet, and its web page, until it is told to stop. Nothing of yours is read or written. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFleet } from '../fleet/behaviour.ts';
import { runFleet } from '../fleet/fleet.ts';
import { startDemo } from './server.ts';
import { visitDemo } from './strangers.ts';

const usage = `Usage: npm run demo -- [MACHINES]

A server with MACHINES simulated machines (200), and its web page, until Ctrl-C.

  MATCHBOX_PORT         port of the server on 127.0.0.1 (any that is free)
  MATCHBOX_UI_ADDRESS   address of the web page (127.0.0.1:8082)
`;

const [word = '200', ...more] = process.argv.slice(2);
if (word === '--help' || word === '-h') {
  process.stdout.write(usage);
  process.exit(0);
}
if (!/^\d{1,6}$/.test(word) || Number(word) === 0 || more.length > 0) {
  process.stderr.write(`demo: ${[word, ...more].join(' ')}: wanted a number of machines\n\n${usage}`);
  process.exit(2);
}
const machines = Number(word);
/** All machines are powered on within this time. */
const overMs = 60_000;
const pauseMs = () => 500 + Math.random() * 4000;

const folder = mkdtempSync(join(tmpdir(), 'matchbox-demo-'));
const abort = new AbortController();
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const fleet = makeFleet(machines);
const server = await startDemo({
  folder,
  fleet,
  address: `127.0.0.1:${process.env.MATCHBOX_PORT || '0'}`,
  uiAddress: process.env.MATCHBOX_UI_ADDRESS || '127.0.0.1:8082',
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
console.log(`
${machines} simulated machines power on within a minute, install themselves and run; some go wrong.

The web page, by a link that signs in once:

  ${server.pageLink}

Ctrl-C stops, and removes everything.
`);
const url = `http://127.0.0.1:${server.addresses.http.port}`;
await visitDemo(url, server.machines);
for (let round = 0; !abort.signal.aborted && round < 1000; round++) {
  await runFleet(fleet, { server: url, overMs, pauseMs, signal: abort.signal }).catch(() => []);
}

async function stop(): Promise<void> {
  abort.abort();
  console.log('stopping');
  await server.close(1000);
  process.exit(0);
}
