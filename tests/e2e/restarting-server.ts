/** The server under sockets that stay, stopped and started again and again while a machine boots. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { holdSocket } from 'matchbox/testing';
import { matchbox } from '../../tools/programs.ts';
import type { Lifetime } from '../../tools/vm/lifetime.ts';

const [node, program] = matchbox;

/**
 * `socket-units`: SIGTERM, and a new server when the old one has ended, as `systemctl restart` with socket units.
 * `supervise`: SIGUSR2 to the parent, so that one server follows the other.
 * `killed`: kill -9 in the middle of whatever it does, a few times, and a new server on the same sockets.
 */
export type RestartWay = 'socket-units' | 'supervise' | 'killed';

export interface RestartedServer {
  /** Restarts at random moments from now on. */
  begin(): void;
  /** Stops to restart, and the server; how often it was restarted. */
  end(): Promise<number>;
  log(): string;
}

/** Between two restarts: some hit a download, some the gap between two requests. */
const maxPauseMs = 1_500;
/** A machine that is cut off waits longer each time, so that it would be awaited for long. */
const mostKills = 4;

export function startRestartedServer(
  lifetime: Lifetime,
  { way, port, data, assets }: { way: RestartWay; port: number; data: string; assets: string },
): Promise<RestartedServer> {
  const flags = [`-data-path=${data}`, `-assets-path=${assets}`, '-drain-timeout=2m', '-log-level=debug'];
  return way === 'supervise' ? superviseServer(lifetime, port, flags) : socketServer(lifetime, way, port, flags);
}

async function socketServer(
  lifetime: Lifetime,
  way: RestartWay,
  port: number,
  flags: readonly string[],
): Promise<RestartedServer> {
  const socket = await holdSocket('127.0.0.1', port);
  lifetime.defer(() => socket.close());
  let log = '';
  let child: ChildProcess;
  const start = (): void => {
    const words = ['-c', 'LISTEN_PID=$$ exec "$@"', 'sh', node, program, ...flags];
    const env = { ...process.env, LISTEN_FDS: '1', LISTEN_FDNAMES: 'http' };
    child = spawn('/bin/sh', words, { stdio: ['ignore', 'pipe', 'pipe', socket.fd], env });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        log += chunk;
      });
    }
  };
  const stop = async (): Promise<void> => {
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const code = await ended;
    if (code !== 0) throw new Error(`the server ended with status ${code}\n${log.slice(-2000)}`);
  };
  const kill = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  start();
  lifetime.defer(() => void child.kill('SIGKILL'));
  await until(() => log.includes('Starting matchbox HTTP server'));
  return restartAtRandom({
    log: () => log,
    most: way === 'killed' ? mostKills : Number.POSITIVE_INFINITY,
    restart: async () => {
      await (way === 'killed' ? kill() : stop());
      start();
      // A server that is told to stop before it knows how ends at once, which is not what is tried here.
      const from = log.length;
      await until(() => log.slice(from).includes('Starting matchbox HTTP server'));
    },
    stop,
  });
}

async function superviseServer(lifetime: Lifetime, port: number, flags: readonly string[]): Promise<RestartedServer> {
  const parent = lifetime.start(node, [program, 'supervise', `-address=127.0.0.1:${port}`, ...flags]);
  await until(() => parent.output().includes('Starting matchbox HTTP server'));
  let count = 0;
  return restartAtRandom({
    log: parent.output,
    most: Number.POSITIVE_INFINITY,
    restart: async () => {
      parent.child.kill('SIGUSR2');
      count++;
      await until(() => parent.output().split('serves; the old one').length > count);
    },
    stop: async () => {
      parent.child.kill('SIGTERM');
      const { code, reason } = await parent.exited;
      if (code !== 0) throw new Error(`${reason}\n${parent.output().slice(-2000)}`);
    },
  });
}

function restartAtRandom({
  log,
  most,
  restart,
  stop,
}: {
  log(): string;
  readonly most: number;
  restart(): Promise<void>;
  stop(): Promise<void>;
}): RestartedServer {
  let going = false;
  let restarts = 0;
  let loop: Promise<void> = Promise.resolve();
  return {
    log,
    begin: () => {
      going = true;
      loop = (async () => {
        while (going && restarts < most) {
          await sleep(Math.random() * maxPauseMs);
          await restart();
          restarts++;
        }
      })();
    },
    end: async () => {
      going = false;
      await loop;
      await stop();
      return restarts;
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10);
}
