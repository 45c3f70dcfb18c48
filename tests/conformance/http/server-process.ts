/** Starts the server as a child process on a working copy and collects what it logs. */
import { spawn } from 'node:child_process';
import { isOpen } from '../../../tools/ports.ts';
import { matchbox } from '../../../tools/programs.ts';
import { fill, fillAll, newPlaceholders, type Placeholders } from '../placeholders.ts';
import type { ScenarioFlags } from '../recorded.ts';

const [node, program] = matchbox;
const startWithinMs = 600_000;
const nobody = 65_534;

export interface ServerProcess {
  readonly port: number;
  readonly pid: number;
  /** What `{addr}` and the like stand for. */
  readonly placeholders: Placeholders;
  /** The lines that it has logged so far. */
  logged(): string[];
  stop(): Promise<void>;
}

/**
 * @param dir the working copy
 * @param flags the scenario's
 * @param more further arguments
 */
export async function startServer(
  dir: string,
  flags: ScenarioFlags,
  more: readonly string[] = [],
): Promise<ServerProcess> {
  const placeholders = await newPlaceholders(dir);
  const port = Number(placeholders['port']);
  const args = [
    '-address={addr}',
    '-data-path={data}',
    `-assets-path=${flags.assets_path ?? '{dir}/data/assets'}`,
    ...(flags.flags ?? []),
    ...more,
  ].map((text) => fill(text, placeholders));
  const child = spawn(node, [program, ...args], {
    cwd: dir,
    env: { PATH: process.env.PATH, ...fillAll(flags.env, placeholders) },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(flags.run_as_nobody && process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}),
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  const exited = new Promise<number | string | null>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal));
    // One that could not be started does not exit either.
    child.once('error', (error) => {
      text += `${error.message}\n`;
      resolve(error.message);
    });
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await exited;
    clearTimeout(timer);
  };
  try {
    await listening(port, exited, () => text);
  } catch (error) {
    await stop();
    throw error;
  }
  const logged = () => text.split('\n').filter((line) => line !== '');
  return { port, pid: child.pid!, placeholders, logged, stop };
}

async function listening(port: number, exited: Promise<number | string | null>, logged: () => string): Promise<void> {
  const deadline = Date.now() + startWithinMs;
  let ended: number | string | null | undefined;
  void exited.then((code) => {
    ended = code;
  });
  while (!(await isOpen(port))) {
    if (ended !== undefined) throw new Error(`the server ended with ${ended}: ${logged()}`);
    if (Date.now() > deadline) throw new Error(`the server did not listen within ${startWithinMs} ms: ${logged()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
