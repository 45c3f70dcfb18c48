/** A small disk of its own that can be filled, emptied and made read-only, and a whole server that keeps everything on it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectApi } from 'matchbox/testing';
import { freePort, isOpen } from '../../tools/ports.ts';
import { matchbox } from '../../tools/programs.ts';

const certificates = fileURLToPath(new URL('../../golden/matchbox/_fixtures/certs', import.meta.url));

export interface Disk {
  /** As processes on it see it. */
  readonly path: string;
  /** Of those processes, as everybody else sees it. */
  readonly root: string;
  /** The path, as everybody else sees it. */
  readonly outside: string;
  /** Words before a command that is to see it. */
  readonly inside: readonly string[];
  /** Until not one byte more fits. */
  fill(): void;
  empty(): void;
  setReadOnly(isReadOnly: boolean): void;
  close(): void;
}

/** Other users than root make it in a user namespace, where the system lets them. */
const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];

/**
 * @param size of the file system in memory: `4m`
 * @param beside in whose place in the world it is, so that a server sees both
 */
export async function openDisk(size: string, beside?: Disk): Promise<Disk> {
  const path = mkdtempSync(join(tmpdir(), 'matchbox-disk-'));
  const mount = ['mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path];
  if (beside !== undefined) {
    run([...beside.inside, ...mount]);
    return diskAt(path, beside.root, beside.inside);
  }
  const script = `"$@" && echo mounted && exec sleep infinity`;
  // It lives as long as this process, whatever becomes of the servers on it.
  const holder = spawn('unshare', [...asRoot, '--mount', 'sh', '-c', script, 'sh', ...mount], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve());
    holder.once('error', reject).once('exit', (code) => reject(new Error(`unshare ended with ${code}: no disk`)));
  });
  const inside = [
    'nsenter',
    `--target=${holder.pid}`,
    '--mount',
    ...(asRoot.length === 0 ? [] : ['--user', '--preserve-credentials']),
  ];
  const disk = diskAt(path, `/proc/${holder.pid}/root`, inside);
  return {
    ...disk,
    close: () => {
      holder.kill('SIGKILL');
      rmSync(path, { recursive: true, force: true });
    },
  };
}

function diskAt(path: string, root: string, inside: readonly string[]): Disk {
  const outside = join(root, path);
  const filler = join(outside, 'filler');
  return {
    path,
    root,
    outside,
    inside,
    fill: () => {
      for (const bytes of [1 << 16, 1 << 12, 1]) fillBy(filler, bytes);
    },
    empty: () => rmSync(filler),
    setReadOnly: (isReadOnly) => run([...inside, 'mount', '-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, path]),
    close: () => rmSync(path, { recursive: true, force: true }),
  };
}

function run([command, ...words]: readonly string[]): void {
  execFileSync(command!, words);
}

function fillBy(file: string, bytes: number): void {
  try {
    for (;;) appendFileSync(file, Buffer.alloc(bytes));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

export interface DiskServer {
  readonly port: number;
  readonly child: ChildProcess;
  readonly api: Awaited<ReturnType<typeof connectApi>>;
  /** Kills it and waits for its end. */
  kill(): Promise<void>;
}

/** Paths of what a server writes. */
export interface Places {
  readonly data: string;
  readonly state: string;
  readonly audit: string;
  /** Standard error. */
  readonly log: string;
}

export const mac = '52:54:00:a1:9c:ae';

/** Puts a profile, a template and a group for {@link mac} into a folder, unless they are there. */
export function writeSite(folder: string): void {
  for (const kind of ['groups', 'profiles', 'generic']) mkdirSync(join(folder, kind), { recursive: true });
  writeFileSync(join(folder, 'generic/g'), 'the config');
  writeFileSync(join(folder, 'profiles/p.json'), '{"id":"p","generic_id":"g","boot":{"kernel":"/assets/k"}}');
  writeFileSync(join(folder, 'groups/node.json'), `{"id":"node","profile":"p","selector":{"mac":"${mac}"}}`);
}

/** Starts the whole server with its files in those places, and resolves when both ports answer. */
export async function startOnDisk(disk: Disk, { data, state, audit, log }: Places): Promise<DiskServer> {
  const [port, rpcPort] = [await freePort(), await freePort()];
  const [node, program] = matchbox;
  const flags = [
    `-address=127.0.0.1:${port}`,
    `-rpc-address=127.0.0.1:${rpcPort}`,
    `-ca-file=${certificates}/ca.crt`,
    `-cert-file=${certificates}/server.crt`,
    `-key-file=${certificates}/server.key`,
    `-data-path=${data}`,
    '-assets-path=',
    `-state-path=${state}`,
    `-audit-log=${audit}`,
  ];
  const [command, ...words] = [
    ...disk.inside,
    'sh',
    '-c',
    `log=$1; shift; exec "$@" 2>>"$log"`,
    'sh',
    log,
    node,
    program,
    ...flags,
  ];
  const child = spawn(command!, words, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (const each of [port, rpcPort]) {
    for (let tries = 0; !(await isOpen(each)); tries++) {
      if (tries > 20_000 || child.exitCode !== null)
        throw new Error(`the server does not start: ${readInside(disk, log)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  const api = await connectApi(
    { endpoints: [`localhost:${rpcPort}`], caFile: 'ca.crt', certFile: 'client.crt', keyFile: 'client.key' },
    certificates,
  );
  return {
    port,
    child,
    api,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
      api.close();
    },
  };
}

export function readInside({ path, outside }: Disk, file: string): string {
  return readFileSync(file.replace(path, outside), 'utf8');
}
