/** Runs the commands of a page, in a folder of its own, and compares what they print. */
import { type ChildProcess, spawn } from 'node:child_process';
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
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isOpen } from '../../tools/ports.ts';
import { bootcmd, matchbox, scriptOf } from '../../tools/programs.ts';
import { type Block, parseBlocks } from './blocks.ts';
import { difference } from './output.ts';
import { listeningPorts, mapPorts, type PortMap } from './ports.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** One block may take this long, on a machine that does other things too. */
const limitMs = 600_000;

/** How a process ended. */
type Exit = number | NodeJS.Signals | null;

interface Server {
  readonly child: ChildProcess;
  readonly exited: Promise<Exit>;
}

/** Where a page's commands are run. */
interface Place {
  readonly home: string;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** What runs in the background. */
  readonly servers: Server[];
  readonly ports: PortMap;
  leave(): Promise<void>;
}

export interface PageResult {
  /** How many blocks were run. */
  readonly ran: number;
  /** One text for each that did not do what the page says. */
  readonly faults: readonly string[];
}

/** @param onOutput called with each output block and what was printed instead, if it differs */
export async function runPage(
  markdown: string,
  onOutput: (block: Block, printed: string) => void = () => {},
): Promise<PageResult> {
  const blocks = parseBlocks(markdown);
  if (!blocks.some(({ words }) => words.includes('run'))) return { ran: 0, faults: [] };
  const place = await makePlace(blocks);
  const faults: string[] = [];
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
async function makePlace(blocks: readonly Block[]): Promise<Place> {
  const home = mkdtempSync(join(tmpdir(), 'docs-'));
  const folder = join(home, 'matchbox');
  const bin = join(home, 'bin');
  for (const name of ['examples', 'contrib']) cpSync(join(root, name), join(folder, name), { recursive: true });
  mkdirSync(bin);
  for (const [name, words] of Object.entries({ matchbox, bootcmd })) {
    writeFileSync(join(bin, name), scriptOf(words));
    chmodSync(join(bin, name), 0o755);
  }
  const env = { PATH: `${bin}:${process.env.PATH}`, HOME: home, LC_ALL: 'C.UTF-8', TZ: 'UTC' };
  const servers: Server[] = [];
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

function writeFile({ folder, ports }: Place, { attributes, text }: Block): void {
  const path = join(folder, attributes.file ?? '');
  if (!path.startsWith(`${folder}/`)) throw new Error(`file=${attributes.file} leaves the folder`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, ports.local(`${text}\n`));
}

async function runBlock(place: Place, block: Block): Promise<{ printed: string; fault: string | undefined }> {
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
  const exited = new Promise<Exit>((resolve, reject) =>
    child.once('error', reject).once('exit', (code, signal) => resolve(code ?? signal)),
  );
  const printed = (): string => ports.written(readFileSync(log, 'utf8')).replaceAll(folder, '.').replaceAll(home, '~');
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

async function untilOpen(ports: readonly number[], exited: Promise<Exit>): Promise<string | undefined> {
  if (ports.length === 0) return 'a server that runs in the background needs an -address=127.0.0.1:PORT';
  const deadline = Date.now() + limitMs;
  for (const port of ports) {
    while (!(await isOpen(port))) {
      const code = await Promise.race([exited, sleep(50, undefined)]);
      if (code !== undefined) return `the server ended (${code})`;
      if (Date.now() > deadline) return `nothing listens on port ${port}`;
    }
  }
  return undefined;
}

async function end({ child, exited }: Server): Promise<void> {
  signal(child, 'SIGTERM');
  const ended = await Promise.race([exited.then(() => true), sleep(5_000)]);
  if (!ended) signal(child, 'SIGKILL');
  await exited;
}

/** To the shell and all that it started. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, name);
  } catch {
    // It has ended.
  }
}
