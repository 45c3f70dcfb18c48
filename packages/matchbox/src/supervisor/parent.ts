/** A parent that holds the sockets and runs one server after the other under them, so that nothing is refused between two. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import type { Logger } from '../log/log.ts';
import type { SocketName } from './inherited-sockets.ts';
import { parentMessages } from './parent-messages.ts';

export interface ParentOptions {
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly sockets: readonly { readonly name: SocketName; readonly fd: number }[];
  readonly logger: Logger;
  /** The first server serves. */
  readonly onReady: () => void;
}

export interface Parent {
  /** The exit code, when all servers have ended. */
  readonly ended: Promise<number>;
  /** Starts a server beside the one that serves; when it serves, the old one finishes what it does and ends. */
  handOver(): void;
  /** Passed on to the server that serves. */
  reload(): void;
  /** Every server finishes what it does; the second time all end at once. */
  stop(): void;
}

/** A successor that does not serve by then is given up. */
const readyTimeoutMs = 120_000;
/** From the death of a server to the start of the next, for the first death in a row; twice as long for each further one. */
const restartMs = 500;
const maxRestartMs = 30_000;

/** Only a shell knows the process id that the program will have, without a process in between. */
const launch = ['/bin/sh', '-c', 'LISTEN_PID=$$ exec "$@"', 'sh'] as const;

export function startParent(options: ParentOptions): Parent {
  return new ServersParent(options);
}

class ServersParent implements Parent {
  readonly ended: Promise<number>;
  readonly #options: ParentOptions;
  readonly #running = new Set<ChildProcess>();
  #current: ChildProcess | undefined;
  #successor: ChildProcess | undefined;
  #everReady = false;
  #stopping = false;
  #deaths = 0;
  #restart: NodeJS.Timeout | undefined;
  #resolveEnded: (code: number) => void = () => {};

  constructor(options: ParentOptions) {
    this.#options = options;
    this.ended = new Promise<number>((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.#current = this.#start();
  }

  handOver(): void {
    if (this.#stopping || this.#successor !== undefined || this.#current === undefined) return;
    this.#successor = this.#start();
  }

  reload(): void {
    this.#current?.kill('SIGHUP');
  }

  stop(): void {
    for (const child of this.#running) child.kill(this.#stopping ? 'SIGKILL' : 'SIGTERM');
    this.#stopping = true;
    clearTimeout(this.#restart);
    if (this.#running.size === 0) this.#resolveEnded(0);
  }

  #start(): ChildProcess {
    const { logger } = this.#options;
    const child = spawnServer(this.#options);
    this.#running.add(child);
    const late = setTimeout(() => {
      if (child !== this.#successor) return;
      logger.error(`the new server does not serve within ${readyTimeoutMs / 1000} s and is given up`);
      child.kill('SIGKILL');
    }, readyTimeoutMs);
    child.on('message', (message) => {
      clearTimeout(late);
      if (message === parentMessages.waiting)
        this.#takeOver(child, 'waits for the state that the old one keeps, which');
      else this.#becomeReady(child);
    });
    const onEnd = (code: number) => {
      clearTimeout(late);
      if (this.#running.delete(child)) this.#end(child, code);
    };
    child.once('error', (error) => {
      logger.error(`the server cannot be started: ${error.message}`);
      onEnd(1);
    });
    child.once('exit', (code, signal) => onEnd(code ?? (signal === 'SIGKILL' ? 137 : 143)));
    return child;
  }

  #becomeReady(child: ChildProcess): void {
    this.#deaths = 0;
    if (!this.#everReady) this.#options.onReady();
    this.#everReady = true;
    this.#takeOver(child, 'serves; the old one');
  }

  #takeOver(child: ChildProcess, how: string): void {
    if (child !== this.#successor) return;
    const { pid } = this.#current ?? {};
    this.#options.logger.info(`the new server (process ${child.pid}) ${how} (process ${pid}) finishes what it does`);
    this.#current?.kill('SIGTERM');
    this.#current = child;
    this.#successor = undefined;
  }

  #end(child: ChildProcess, code: number): void {
    if (child === this.#successor) this.#successorEnded(code);
    if (child === this.#current) this.#currentEnded(code);
    if (this.#running.size > 0) return;
    if (this.#stopping) this.#resolveEnded(0);
    else if (!this.#everReady) this.#resolveEnded(code);
  }

  #successorEnded(code: number): void {
    this.#successor = undefined;
    if (this.#stopping) return;
    this.#options.logger.error(`the new server ended with status ${code} before it served; the old one serves on`);
  }

  #currentEnded(code: number): void {
    // A successor that is about to serve takes its place.
    this.#current = this.#successor;
    if (this.#current === undefined && !this.#stopping && this.#everReady) this.#restartSoon(code);
    this.#successor = undefined;
  }

  #restartSoon(code: number): void {
    const { logger } = this.#options;
    const waitMs = Math.min(restartMs * 2 ** this.#deaths, maxRestartMs);
    this.#deaths++;
    logger.error(
      `the server ended with status ${code}; it is started again in ${waitMs / 1000} s, and connections wait`,
    );
    this.#restart = setTimeout(() => {
      this.#current = this.#start();
    }, waitMs);
  }
}

function spawnServer({ command, env, sockets }: ParentOptions): ChildProcess {
  const [program, ...args] = [...launch, ...command];
  const stdio: StdioOptions = ['ignore', 'inherit', 'inherit', ...sockets.map(({ fd }) => fd), 'ipc'];
  return spawn(program!, args, {
    stdio,
    env: {
      ...env,
      LISTEN_FDS: String(sockets.length),
      LISTEN_FDNAMES: sockets.map(({ name }) => name).join(':'),
    },
  });
}
