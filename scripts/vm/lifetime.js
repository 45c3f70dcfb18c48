// What a test starts and must not leave behind: child processes, network namespaces, folders.
import { spawn } from 'node:child_process';

const living = new Set();

/** A killed run takes its children along: Linux kills them when their parent dies. */
const DIES_WITH_PARENT = process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', '--'] : [];

/** Undoes things in reverse order when it ends, also when the whole run is interrupted. */
export class Lifetime {
  #undo = [];

  constructor() {
    living.add(this);
  }

  defer(undo) {
    this.#undo.push(undo);
  }

  async end() {
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop()) {
      try {
        await undo();
      } catch (error) {
        console.error(`cleaning up: ${error.message}`);
      }
    }
    living.delete(this);
  }

  /**
   * Starts a program that is stopped at the end of this lifetime. Answers `{ child, exited, output() }`.
   *
   * @param onOutput is told every chunk of standard output and error, if given
   */
  start(command, args, onOutput = () => {}) {
    const [program, ...words] = [...DIES_WITH_PARENT, command, ...args];
    // Ctrl-C at a terminal goes to the whole group; programs that are stopped in order must not get it first.
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const chunks = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        chunks.push(chunk);
        onOutput(chunk);
      });
    }
    const exited = new Promise((resolve) => {
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
export async function endAll() {
  await Promise.all([...living].map((lifetime) => lifetime.end()));
}

async function stop(child, exited) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), 3000);
  await exited;
  clearTimeout(killer);
}
