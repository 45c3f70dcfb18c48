// What a test starts and must not leave behind: child processes, network namespaces, folders.
import { spawn } from 'node:child_process';

const living = new Set();

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

  /** Starts a program that is stopped at the end of this lifetime. Answers `{ child, exited, output() }`. */
  start(command, args) {
    // A killed run takes its children along: the kernel kills them when their parent dies.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
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
