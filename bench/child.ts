/** Child processes under measurement: the product, a bare server, a load generator; and what /proc says about them. */
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromSource } from '../tools/from-source.ts';
import { shipped } from '../tools/programs.ts';

/** What a user starts, one file as it is shipped, and the words that run it. */
export const program: readonly string[] = await shipped('matchbox');

/** Runs `work(folder)` with a temporary folder that is removed afterwards. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A server under measurement. */
export interface MeasuredServer {
  readonly pid: number;
  readonly port: number;
  /** From the start to the first connection that it accepts. */
  readonly startMs: number;
  stop(): Promise<void>;
}

/** Starts a server and waits until it accepts connections. Its log goes to a file, as under a service manager. */
export async function startServer(
  [command = '', ...args]: readonly string[],
  { port, logFile }: { readonly port: number; readonly logFile: string },
): Promise<MeasuredServer> {
  const log = openSync(logFile, 'a');
  const started = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', log, log] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.once('error', (error) => console.error(error.message));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await exited;
    clearTimeout(timer);
  };
  while (!(await accepts(port))) {
    if (child.exitCode !== null || performance.now() - started > 120_000) {
      await stop();
      throw new Error(
        `${command} ${args.join(' ')} does not listen; see: ${readFileSync(logFile, 'utf8').slice(-2000)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return { pid: child.pid!, port, startMs: performance.now() - started, stop };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Runs a script of this folder in a process of its own and returns the JSON it prints, which the caller knows. */
export function runScript<Result>(name: string, args: readonly (string | number)[]): Promise<Result> {
  return new Promise((resolve, reject) => {
    const [node = '', ...script] = fromSource(fileURLToPath(new URL(name, import.meta.url)));
    const child = spawn(node, [...script, ...args.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    child.once('exit', (code) =>
      code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`${name} ended with ${code}`)),
    );
  });
}

/** CPU seconds (user and system) that the processes have used so far. */
export function cpuSeconds(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / 100;
}

/** Resident memory in MiB: now, and at its highest. */
export function memoryMiB(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024);
  return { now: field('VmRSS'), peak: field('VmHWM') };
}
