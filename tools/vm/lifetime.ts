/** What a test starts and must not leave behind: child processes, network namespaces, folders. */
import { type ChildProcess, spawn } from 'node:child_process';
import { errorMessage } from '../error-message.ts';

/** How a program ended: `code` null after a signal, or when it could not be started. */
export interface Ended {
  readonly code: number | null;
  readonly reason: string;
}

/** A program that runs. */
export interface Started {
  readonly child: ChildProcess;
  readonly exited: Promise<Ended>;
  /** Standard output and error so far. */
  output(): string;
}

const living = new Set<Lifetime>();

/** A killed run takes its children along: Linux kills them when their parent dies. */
const DIES_WITH_PARENT = process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', '--'] : [];

/** Undoes things in reverse order when it ends, also when the whole run is interrupted. */
export class Lifetime {
  readonly #undo: (() => unknown)[] = [];

  constructor() {
    living.add(this);
  }

  defer(undo: () => unknown): void {
    this.#undo.push(undo);
  }

  async end(): Promise<void> {
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop()) {
      try {
        await undo();
      } catch (error) {
        console.error(`cleaning up: ${errorMessage(error)}`);
      }
    }
    living.delete(this);
  }

  /**
   * Starts a program that is stopped at the end of this lifetime.
   *
   * @param onOutput is told every chunk of standard output and error, if given
   * @param input `pipe` for a program that is written to
   */
  start(
    command: string,
    args: readonly string[],
    onOutput: (chunk: Buffer) => void = () => {},
    input: 'ignore' | 'pipe' = 'ignore',
  ): Started {
    const [program = command, ...words] = [...DIES_WITH_PARENT, command, ...args];
    // Ctrl-C at a terminal goes to the whole group; programs that are stopped in order must not get it first.
    const child = spawn(program, words, { stdio: [input, 'pipe', 'pipe'], detached: true });
    // A program that has ended reads nothing more; how it ended is told otherwise.
    child.stdin?.on('error', () => {});
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        onOutput(chunk);
      });
    }
    const exited = new Promise<Ended>((resolve) => {
      child.on('error', (error) => resolve({ code: null, reason: `cannot start ${command}: ${error.message}` }));
      child.on('close', (code, signal) =>
        resolve({ code, reason: `${command} ended with ${signal ?? `status ${code}`}` }),
      );
    });
    this.defer(() => stop(child, exited));
    return { child, exited, output: () => Buffer.concat(chunks).toString() };
  }
}

/** Ends every lifetime that still lasts; for signals. */
export async function endAll(): Promise<void> {
  await Promise.all([...living].map((lifetime) => lifetime.end()));
}

async function stop(child: ChildProcess, exited: Promise<Ended>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), 3000);
  await exited;
  clearTimeout(killer);
}
