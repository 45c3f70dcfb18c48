/** The program in processes of its own, as whoever watches over it starts it, with workers. */
import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { matchbox } from '../../tools/programs.ts';

const [node, program] = matchbox;

export interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  /** What it has written. */
  log(): string;
  /** Exit code or signal. */
  readonly ended: Promise<number | string>;
}

const running = new Set<ChildProcess>();

/** Kills what is left of the programs, and of what they started. */
export function killAll(): void {
  for (const { pid } of running) for (const each of [...(pid === undefined ? [] : familyOf(pid))].reverse()) kill(each);
  running.clear();
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*[ZX]/m.test(execFileSync('cat', [`/proc/${pid}/status`], { encoding: 'utf8', stdio: 'pipe' }));
  } catch {
    return false;
  }
}

export function childrenOf(pid: number): number[] {
  try {
    const found = execFileSync('ps', ['-o', 'pid=', '--ppid', `${pid}`], { encoding: 'utf8' });
    return found.trim().split(/\s+/).map(Number);
  } catch {
    return [];
  }
}

function familyOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(familyOf)];
}

/** `matchbox WORD…` */
export function run(...words: readonly string[]): Running {
  return started(node, [program, ...words], {});
}

/** As systemd starts a service: with sockets from 3 on, and variables that name its own process. */
export function runUnder(
  sockets: readonly { readonly name: string; readonly fd: number }[],
  ...words: string[]
): Running {
  return started('/bin/sh', ['-c', 'LISTEN_PID=$$ exec "$@"', 'sh', node, program, ...words], {
    stdio: ['ignore', 'pipe', 'pipe', ...sockets.map(({ fd }) => fd)],
    env: {
      ...process.env,
      LISTEN_FDS: String(sockets.length),
      LISTEN_FDNAMES: sockets.map(({ name }) => name).join(':'),
    },
  });
}

function started(command: string, words: readonly string[], options: SpawnOptions): Running {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  running.add(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += chunk));
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'nothing'));
  });
  return { child, pid: child.pid!, log: () => text, ended };
}
