/**
 * npm run try: from a fresh clone to a booted virtual machine. Serves a small data directory on the loopback, powers a
 * machine on that boots from it, and tells what happens.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { errorCode, errorMessage } from '../error-message.ts';
import { freePort } from '../ports.ts';
import { copyData } from '../vm/data.ts';
import { type Ended, endAll, Lifetime, type Started } from '../vm/lifetime.ts';
import { cache } from '../vm/packages.ts';
import { consoleExcerpt, parseBlocks } from '../vm/serial.ts';
import { startServer } from '../vm/server.ts';
import { whenOverdue } from '../vm/slowness.ts';
import { identity, powerOn } from './machine.ts';
import { ownNetwork, type TryNetwork, userNetwork } from './network.ts';
import { fetchSystem, systems, UP, writeSystem } from './operating-system.ts';
import { help, parseOptions, type TryOptions } from './options.ts';
import { explainMissing, install, installCommand, missingRequirements, systemFamily } from './requirements.ts';
import { makeSmallSystem } from './small-system.ts';
import { createStory, outputOfScript, type Story } from './story.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dataFolder = fileURLToPath(new URL('data/', import.meta.url));
const USUAL_PORT = 8080;
const SMALL_TIMEOUT_MS = 300_000;
const SYSTEM_TIMEOUT_MS = 1_200_000;
/** The page comes after network boot, which looks for other DHCP servers first, for six seconds. */
const LINK_TIMEOUT_MS = 20_000;
/** Operating systems are heavy: acceleration where it can be had, else software. */
const ACCELERATORS = process.platform === 'darwin' ? ['hvf', 'tcg'] : existsSync('/dev/kvm') ? ['kvm', 'tcg'] : ['tcg'];

let stopping = false;
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => void stop(code));
}
process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  let options: TryOptions;
  try {
    options = parseOptions(words);
  } catch (error) {
    console.error(`try: ${errorMessage(error)}; npm run try -- --help lists the options`);
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
    console.error(`\ntry: ${errorMessage(error)}`);
    return 1;
  } finally {
    await lifetime.end();
  }
}

/** The server on its data, and what boots. */
interface Site {
  readonly port: number;
  readonly data: string;
  readonly scratch: string;
  /** Are told what the server logs. */
  readonly listeners: Set<(text: string) => void>;
  /** Signs in to the web page once; undefined where the log did not say it in time. */
  readonly pageLink: string | undefined;
  readonly memoryMib: number | undefined;
  readonly network: TryNetwork;
}

/** Ctrl-C: ends the machine and the server, removes their files. */
async function stop(code: number): Promise<void> {
  stopping = true;
  console.log('\nStopping the machine and the server, and removing their files.');
  await endAll();
  process.exit(code);
}

async function meetRequirements({ os, yes }: TryOptions): Promise<void> {
  const missing = missingRequirements(os === undefined);
  if (missing.length === 0) return;
  const family = systemFamily();
  console.log(explainMissing(missing, family));
  const command = installCommand(missing, family);
  const canInstall = command !== undefined && family === 'debian' && process.getuid?.() === 0;
  if (canInstall && (yes || (await agrees('Shall I install it now?'))) && install(command)) {
    if (missingRequirements(os === undefined).length === 0) return;
  }
  throw new Error('something is missing on this computer, as said above; install it and run npm run try again');
}

async function agrees(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} [Y/n] `);
  terminal.close();
  return /^(y|yes|)$/i.test(answer.trim());
}

async function prepareSite(lifetime: Lifetime, options: TryOptions): Promise<Site> {
  const { os, port: wantedPort, key, 'base-url': baseUrl } = options;
  const port = wantedPort ?? (await portOrAnother(USUAL_PORT));
  mkdirSync(cache, { recursive: true });
  removeLeftovers();
  const scratch = mkdtempSync(join(cache, `try-${process.pid}-`));
  lifetime.defer(() => rmSync(scratch, { recursive: true, force: true }));
  const network = await chooseNetwork(lifetime, options);
  const hostInMachine = `${network.addressForMachine}:${port}`;
  const data = join(scratch, 'data');
  copyData(dataFolder, data, hostInMachine);
  // What was downloaded and verified is kept for the next time.
  const assets = os === undefined || baseUrl ? join(data, 'assets') : join(cache, 'assets');
  mkdirSync(assets, { recursive: true });
  if (os !== undefined) {
    const url = `http://${hostInMachine}`;
    const further = [...(baseUrl ? ['--base-url', baseUrl] : []), ...(key ? ['--key', key] : [])];
    writeSystem(data, os, { printed: await fetchSystem(lifetime, os, { assets, url, options: further }), url });
  }
  const listeners = new Set<(text: string) => void>();
  const pageLink = linkInLog(listeners);
  const page = { host: '127.0.0.1', port: await freePort() };
  const { inside, address } = network;
  await startServer(lifetime, {
    inside,
    address,
    port,
    data,
    assets,
    log: ['-log-format=json'],
    flags: [`-ui-address=${page.host}:${page.port}`, ...network.flags(join(scratch, 'state'))],
    onOutput: (chunk) => {
      for (const listener of listeners) listener(chunk.toString());
    },
  });
  if (os === undefined) {
    // The server has something to do meanwhile.
    console.log('Making a small Linux to boot …');
    console.log(`It has ${makeSmallSystem(assets)}.`);
  }
  await network.bringOut(lifetime, [{ host: address, port }, page]);
  return { port, data, scratch, listeners, pageLink: await pageLink, memoryMib: os && systems[os].memoryMib, network };
}

/** Operating systems want the Internet, which a network of our own does not have. */
async function chooseNetwork(lifetime: Lifetime, { os, network }: TryOptions): Promise<TryNetwork> {
  if (network === 'user' || (network === undefined && os !== undefined)) return userNetwork;
  const made = await ownNetwork(lifetime);
  if (typeof made !== 'string') return made;
  const why = `this computer gives no network of our own: ${made}`;
  if (network === 'own') throw new Error(why);
  console.log(`QEMU’s own DHCP answers the machine, since ${why}.`);
  return userNetwork;
}

/** The link that the server's log has for its web page. */
function linkInLog(listeners: Set<(text: string) => void>): Promise<string | undefined> {
  return new Promise((resolve) => {
    let log = '';
    const done = (link: string | undefined): void => {
      listeners.delete(look);
      resolve(link);
    };
    const look = (text: string): void => {
      log += text;
      const link = /sign in once with (http:[^\s"]+)/.exec(log)?.[1];
      if (link !== undefined) done(link);
    };
    listeners.add(look);
    setTimeout(() => done(undefined), LINK_TIMEOUT_MS).unref();
  });
}

/** Folders of earlier runs that were killed. */
function removeLeftovers(): void {
  for (const name of readdirSync(cache)) {
    const pid = /^try-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(cache, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

async function portOrAnother(port: number): Promise<number> {
  const free = await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
  return free ? port : freePort();
}

async function bootAndTell(lifetime: Lifetime, site: Site, options: TryOptions): Promise<number> {
  const shown = relative(process.cwd(), site.data);
  console.log(`Matchbox serves ${shown} on http://127.0.0.1:${site.port}.`);
  if (site.pageLink) console.log(`Its web page, by a link that signs in once: ${site.pageLink}`);
  for (let count = 1; ; count++) {
    const worked = await bootOnce(lifetime, site, options);
    if (options.once) return worked ? 0 : 1;
    if (count === 1) console.log(whatNext(shown, site.port));
    if (!(await enter())) return worked ? 0 : 1;
  }
}

async function bootOnce(lifetime: Lifetime, site: Site, options: TryOptions): Promise<boolean> {
  const { listeners } = site;
  const started = Date.now();
  const story = createStory(
    (text) => console.log(text),
    () => Date.now() - started,
  );
  const sshPort = options.os === undefined ? undefined : await freePort();
  console.log(`\nA virtual machine powers on: MAC ${identity.mac}, no disk, network boot.`);
  listeners.add(story.server);
  const qemu = powerOn(lifetime, {
    network: site.network.machine(site.port, sshPort),
    scratch: site.scratch,
    memoryMib: site.memoryMib,
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
    whenOverdue(limit, (ms) => sleep(ms, undefined, { ref: false })).then((ms) => ({
      reason: `it was not done after ${Math.round(ms / 1000)} s`,
    })),
  ]);
  // Its end is our doing; there is nothing to tell of it.
  if (stopping) await new Promise(() => {});
  const text = qemu.output();
  await untilLogged(story, text);
  listeners.delete(story.server);
  const worked = text.includes(options.os ? UP : '@@done@@') && !text.includes('@@begin failed:');
  if (!worked) tellFailure(ended.reason, text);
  else {
    tellSuccess(story, text, Date.now() - started);
    if (sshPort !== undefined && !options.once) await stayUp(qemu, sshPort);
  }
  return worked;
}

function tellSuccess(story: Story, text: string, tookMs: number): void {
  const said = outputOfScript(text);
  if (said) console.log(`The machine says:\n${said.replace(/^/gm, '  > ').replace(/ {2}> $/, '')}`);
  console.log(`Booted in ${(tookMs / 1000).toFixed(1)} s; the server answered ${story.requests().length} requests.`);
}

function tellFailure(reason: string, text: string): void {
  console.log(`The machine did not boot: ${reason}. The end of its console:\n${consoleExcerpt(text, 20)}`);
  console.log('See docs/troubleshooting.md; npm run try -- --console shows all of the console.');
}

/** The log is written in batches: waits until it has what the machine says it asked for, or for two seconds. */
async function untilLogged(story: Story, text: string): Promise<void> {
  const asked = parseBlocks(text)
    .filter(({ name }) => name.startsWith('url:'))
    .map(({ content }) => new URL(content.toString()).pathname);
  const logged = (path: string): boolean => story.requests().some((request) => request.path === path);
  for (let waits = 0; waits < 40 && !asked.every(logged); waits++) await sleep(50);
}

async function whenUp(qemu: Started): Promise<Ended> {
  for (;;) {
    const ended = await Promise.race([qemu.exited, sleep(500, undefined)]);
    if (ended) return ended;
    if (qemu.output().includes(UP)) return { code: 0, reason: 'it is up' };
  }
}

async function stayUp(qemu: Started, sshPort: number): Promise<void> {
  console.log(`Log in with your SSH key:  ssh -p ${sshPort} core@127.0.0.1\nPowering it off in there ends this boot.`);
  await qemu.exited;
}

/** Waits for Enter; false at the end of standard input. Without a terminal the server goes on until it is stopped. */
async function enter(): Promise<boolean> {
  if (!process.stdin.isTTY) return new Promise(() => {});
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const answered = await Promise.race([
    terminal.question('Enter boots the machine again, Ctrl-C ends. ').then(() => true),
    new Promise<false>((resolve) => terminal.once('close', () => resolve(false))),
  ]);
  terminal.close();
  return answered;
}

function whatNext(data: string, port: number): string {
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
