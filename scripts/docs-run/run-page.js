// Runs the commands of a page with the built programs, in a folder of its own, and compares what they print.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseBlocks } from './blocks.js';
import { difference } from './output.js';
import { listeningPorts, mapPorts } from './ports.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const programs = { matchbox: 'packages/matchbox/dist/main.js', bootcmd: 'packages/matchbox/dist/bootcmd.js' };
/** One block may take this long, on a machine that does other things too. */
const limitMs = 60_000;

/**
 * @param onOutput called with each output block and what was printed instead, if it differs
 * @returns `{ ran, faults }`: the number of blocks that were run, and one text for each that did not do what the page says
 */
export async function runPage(markdown, onOutput = () => {}) {
  const blocks = parseBlocks(markdown);
  if (!blocks.some(({ words }) => words.includes('run'))) return { ran: 0, faults: [] };
  const place = await makePlace(blocks);
  const faults = [];
  let ran = 0;
  let printed = '';
  try {
    for (const block of blocks) {
      if (block.attributes.file !== undefined) writeFile(place, block);
      else if (block.words.includes('output')) {
        const fault = difference(block.text, printed);
        if (fault === undefined) continue;
        faults.push(`line ${block.line}: ${fault}`);
        onOutput(block, printed);
      } else if (block.words.includes('run')) {
        ran++;
        const result = await runBlock(place, block);
        printed = result.printed;
        if (result.fault !== undefined) faults.push(`line ${block.line}: ${result.fault}\n--- printed:\n${printed}---`);
      }
    }
  } finally {
    await place.leave();
  }
  return { ran, faults };
}

/** A folder like a clone's root, the programs on the PATH, and free ports for those that the page names. */
async function makePlace(blocks) {
  const home = mkdtempSync(join(tmpdir(), 'docs-'));
  const folder = join(home, 'matchbox');
  const bin = join(home, 'bin');
  for (const name of ['examples', 'contrib']) cpSync(join(root, name), join(folder, name), { recursive: true });
  mkdirSync(bin);
  for (const [name, file] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\nexec '${process.execPath}' '${join(root, file)}' "$@"\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const env = { PATH: `${bin}:${process.env.PATH}`, HOME: home, LC_ALL: 'C.UTF-8', TZ: 'UTC' };
  const servers = [];
  return {
    home,
    folder,
    env,
    servers,
    ports: await mapPorts(blocks.map(({ text }) => text)),
    leave: async () => {
      for (const server of servers) await end(server);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function writeFile({ folder, ports }, { attributes, text }) {
  const path = join(folder, attributes.file);
  if (!path.startsWith(`${folder}/`)) throw new Error(`file=${attributes.file} leaves the folder`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, ports.local(`${text}\n`));
}

async function runBlock(place, block) {
  const { text, words, attributes } = block;
  const { folder, env, ports, home, servers } = place;
  const command = ports.local(text);
  const log = join(home, `printed-${block.line}`);
  const output = openSync(log, 'w');
  const child = spawn('bash', ['-euo', 'pipefail', '-c', command], {
    cwd: folder,
    env,
    stdio: ['ignore', output, output],
    detached: true,
  });
  closeSync(output);
  const exited = new Promise((resolve, reject) =>
    child.once('error', reject).once('exit', (code, signal) => resolve(code ?? signal)),
  );
  const printed = () => ports.written(readFileSync(log, 'utf8')).replaceAll(folder, '.').replaceAll(home, '~');
  if (words.includes('background')) {
    servers.push({ child, exited });
    const fault = await untilOpen(listeningPorts(command), exited);
    return { printed: printed(), fault };
  }
  const limit = setTimeout(() => signal(child, 'SIGKILL'), limitMs);
  const code = await exited;
  clearTimeout(limit);
  const wanted = Number(attributes.exit ?? 0);
  return { printed: printed(), fault: code === wanted ? undefined : `exit ${code}, wanted ${wanted}: ${text}` };
}

async function untilOpen(ports, exited) {
  if (ports.length === 0) return 'a server that runs in the background needs an -address=127.0.0.1:PORT';
  const deadline = Date.now() + limitMs;
  for (const port of ports) {
    while (!(await isOpen(port))) {
      const code = await Promise.race([exited, sleep(50)]);
      if (code !== undefined) return `the server ended (${code})`;
      if (Date.now() > deadline) return `nothing listens on port ${port}`;
    }
  }
  return undefined;
}

function isOpen(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function end({ child, exited }) {
  signal(child, 'SIGTERM');
  const ended = await Promise.race([exited.then(() => true), sleep(5_000)]);
  if (!ended) signal(child, 'SIGKILL');
  await exited;
}

/** To the shell and all that it started. */
function signal(child, name) {
  try {
    process.kill(-child.pid, name);
  } catch {
    // It has ended.
  }
}
