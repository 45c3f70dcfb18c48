// npm run try: from a fresh clone to a booted virtual machine. Serves a small data directory on the loopback, powers a
// machine on that boots from it, and tells what happens.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { copyData } from '../vm/data.js';
import { endAll, Lifetime } from '../vm/lifetime.js';
import { cache } from '../vm/packages.js';
import { consoleExcerpt, parseBlocks } from '../vm/serial.js';
import { freePort, startServer } from '../vm/server.js';
import { hostInMachine, identity, powerOn } from './machine.js';
import { fetchSystem, systems, UP, writeSystem } from './operating-system.js';
import { help, parseOptions } from './options.js';
import { explainMissing, install, installCommand, missingRequirements, systemFamily } from './requirements.js';
import { makeSmallSystem } from './small-system.js';
import { createStory, outputOfScript } from './story.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dataFolder = fileURLToPath(new URL('data/', import.meta.url));
const USUAL_PORT = 8080;
const SMALL_TIMEOUT_MS = 300_000;
const SYSTEM_TIMEOUT_MS = 1_200_000;

let stopping = false;
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.once(signal, () => void stop(code));
}
process.exitCode = await main(process.argv.slice(2));

async function main(words) {
  let options;
  try {
    options = parseOptions(words);
  } catch (error) {
    console.error(`try: ${error.message}; npm run try -- --help lists the options`);
    return 2;
  }
  if (options.help) {
    console.log(help());
    return 0;
  }
  const lifetime = new Lifetime();
  try {
    await meetRequirements(options);
    const site = await prepareSite(lifetime, options);
    return await bootAndTell(lifetime, site, options);
  } catch (error) {
    console.error(`\ntry: ${error.message}`);
    return 1;
  } finally {
    await lifetime.end();
  }
}

/** Ctrl-C: ends the machine and the server, removes their files. */
async function stop(code) {
  stopping = true;
  console.log('\nStopping the machine and the server, and removing their files.');
  await endAll();
  process.exit(code);
}

async function meetRequirements({ os, yes }) {
  const missing = missingRequirements(os === undefined);
  if (missing.length === 0) return;
  const family = systemFamily();
  console.log(explainMissing(missing, family));
  const command = installCommand(missing, family);
  const canInstall = command !== undefined && family === 'debian' && process.getuid() === 0;
  if (canInstall && (yes || (await agrees('Shall I install it now?'))) && install(command)) {
    if (missingRequirements(os === undefined).length === 0) return;
  }
  throw new Error('something is missing on this computer, as said above; install it and run npm run try again');
}

async function agrees(question) {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} [Y/n] `);
  terminal.close();
  return /^(y|yes|)$/i.test(answer.trim());
}

/** The server on its data, and what boots: `{ port, data, scratch, memoryMib, story }`. */
async function prepareSite(lifetime, { os, port: wantedPort, key, 'base-url': baseUrl }) {
  const port = wantedPort ?? (await portOrAnother(USUAL_PORT));
  mkdirSync(cache, { recursive: true });
  removeLeftovers();
  const scratch = mkdtempSync(join(cache, `try-${process.pid}-`));
  lifetime.defer(() => rmSync(scratch, { recursive: true, force: true }));
  const data = join(scratch, 'data');
  copyData(dataFolder, data, hostInMachine(port));
  // What was downloaded and verified is kept for the next time.
  const assets = os === undefined || baseUrl ? join(data, 'assets') : join(cache, 'assets');
  mkdirSync(assets, { recursive: true });
  if (os === undefined) {
    console.log('Making a small Linux to boot …');
    console.log(`It has ${makeSmallSystem(assets)}.`);
  } else {
    const url = `http://${hostInMachine(port)}`;
    const options = [...(baseUrl ? ['--base-url', baseUrl] : []), ...(key ? ['--key', key] : [])];
    writeSystem(data, os, await fetchSystem(lifetime, os, assets, url, options), url);
  }
  const listeners = new Set();
  await startServer(lifetime, {
    address: '127.0.0.1',
    port,
    data,
    assets,
    log: ['-log-format=json'],
    onOutput: (chunk) => {
      for (const listener of listeners) listener(chunk.toString());
    },
  });
  return { port, data, scratch, listeners, memoryMib: os && systems[os].memoryMib };
}

/** Folders of earlier runs that were killed. */
function removeLeftovers() {
  for (const name of readdirSync(cache)) {
    const pid = /^try-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(cache, name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

async function portOrAnother(port) {
  const free = await new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
  return free ? port : freePort();
}

async function bootAndTell(lifetime, site, options) {
  const shown = relative(process.cwd(), site.data);
  console.log(`Matchbox serves ${shown} on http://127.0.0.1:${site.port}.`);
  for (let count = 1; ; count++) {
    const worked = await bootOnce(lifetime, site, options);
    if (options.once) return worked ? 0 : 1;
    if (count === 1) console.log(whatNext(shown, site.port));
    if (!(await enter())) return worked ? 0 : 1;
  }
}

async function bootOnce(lifetime, site, options) {
  const { listeners } = site;
  const started = Date.now();
  const story = createStory(
    (text) => console.log(text),
    () => Date.now() - started,
  );
  const sshPort = options.os && (await freePort());
  console.log(`\nA virtual machine powers on: MAC ${identity.mac}, no disk, network boot.`);
  listeners.add(story.server);
  const qemu = powerOn(lifetime, {
    ...site,
    sshPort,
    accelerators: options.accel ? [options.accel] : options.os ? ACCELERATORS : undefined,
    onOutput: (chunk) => {
      story.console(chunk.toString('latin1'));
      if (options.console) process.stderr.write(chunk);
    },
  });
  const finished = options.os ? whenUp(qemu) : qemu.exited;
  const limit = options.os ? SYSTEM_TIMEOUT_MS : SMALL_TIMEOUT_MS;
  const ended = await Promise.race([
    finished,
    sleep(limit, { reason: `it was not done after ${limit / 1000} s` }, { ref: false }),
  ]);
  // Its end is our doing; there is nothing to tell of it.
  if (stopping) await new Promise(() => {});
  const text = qemu.output();
  await untilLogged(story, text);
  listeners.delete(story.server);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  if (text.includes(options.os ? UP : '@@done@@') && !text.includes('@@begin failed:')) {
    const said = outputOfScript(text);
    if (said) console.log(`The machine says:\n${said.replace(/^/gm, '  > ').replace(/ {2}> $/, '')}`);
    console.log(`Booted in ${seconds} s; the server answered ${story.requests().length} requests.`);
    if (options.os && !options.once) await stayUp(qemu, sshPort);
    return true;
  }
  console.log(`The machine did not boot: ${ended.reason}. The end of its console:\n${consoleExcerpt(text, 20)}`);
  console.log('See docs/troubleshooting.md; npm run try -- --console shows all of the console.');
  return false;
}

/** The log is written in batches: waits until it has what the machine says it asked for, or for two seconds. */
async function untilLogged(story, text) {
  const asked = parseBlocks(text)
    .filter(({ name }) => name.startsWith('url:'))
    .map(({ content }) => new URL(content.toString()).pathname);
  const logged = (path) => story.requests().some((request) => request.path === path);
  for (let waits = 0; waits < 40 && !asked.every(logged); waits++) await sleep(50);
}

/** Operating systems are heavy: acceleration where it can be had, else software. */
const ACCELERATORS = process.platform === 'darwin' ? ['hvf', 'tcg'] : existsSync('/dev/kvm') ? ['kvm', 'tcg'] : ['tcg'];

async function whenUp(qemu) {
  for (;;) {
    const ended = await Promise.race([qemu.exited, sleep(500)]);
    if (ended) return ended;
    if (qemu.output().includes(UP)) return { code: 0, reason: 'it is up' };
  }
}

async function stayUp(qemu, sshPort) {
  console.log(`Log in with your SSH key:  ssh -p ${sshPort} core@127.0.0.1\nPowering it off in there ends this boot.`);
  await qemu.exited;
}

/** Waits for Enter; false at the end of standard input. Without a terminal the server goes on until it is stopped. */
async function enter() {
  if (!process.stdin.isTTY) return new Promise(() => {});
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const answered = await Promise.race([
    terminal.question('Enter boots the machine again, Ctrl-C ends. ').then(() => true),
    new Promise((resolve) => terminal.once('close', () => resolve(false))),
  ]);
  terminal.close();
  return answered;
}

function whatNext(data, port) {
  const mac = identity.mac;
  const matchbox = `node ${relative(process.cwd(), join(root, 'packages/matchbox/dist/main.js'))}`;
  return `
Where to go from here, while the server runs:
  ask what the machine was told
    curl 'http://127.0.0.1:${port}/ipxe?mac=${mac}'
    curl 'http://127.0.0.1:${port}/ignition?mac=${mac}'
  know why
    ${matchbox} explain -data-path ${data} mac=${mac}
  change what it becomes: edit "greeting" in
    ${data}/groups/node1.json
  and boot it again; or remove that file, and it falls to the default group
  check your changes first
    ${matchbox} validate -data-path ${data}
  then your own machines: docs/getting-started.md, and README.md
`;
}
