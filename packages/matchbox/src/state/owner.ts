/** Keeps a second process out of a state folder: by a socket name that ends with its process, and a heartbeat for other machines. */
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StateError } from '../machines/state-store.ts';

export interface Ownership {
  release(): Promise<void>;
}

const heartbeatMs = 2000;
/** An owner that was not heard of for so long is gone. */
const silentMs = 10_000;
/** A program that is being started by whoever had the socket holds it, too, until it runs: on a busy machine for as long as this together. */
const attempts = 100;
const pauseMs = 20;

/** @throws StateError `locked` */
export async function ownFolder(folder: string, now: () => number = Date.now): Promise<Ownership> {
  const server = process.platform === 'linux' ? await listenAbstract(folder) : undefined;
  const path = join(folder, 'owner.json');
  const id = randomUUID();
  const scope = socketScope();
  try {
    refuseLivingOwner(path, folder, server === undefined ? undefined : scope, now());
  } catch (error) {
    await close(server);
    throw error;
  }
  const beat = () => {
    try {
      const owner = { id, host: hostname(), pid: process.pid, scope, at: now() };
      writeFileSync(`${path}.tmp`, `${JSON.stringify(owner)}\n`, { mode: 0o600 });
      // Whoever reads it in between must not find half of it, or nothing.
      renameSync(`${path}.tmp`, path);
    } catch {
      // A full disk must not end the server; the socket still keeps others of this machine out.
    }
  };
  beat();
  const timer = setInterval(beat, heartbeatMs);
  timer.unref();
  return {
    release: async () => {
      clearInterval(timer);
      rmSync(path, { force: true });
      await close(server);
    },
  };
}

/**
 * A Linux abstract socket is refused to a second process, and free at once when the first is gone, however it went.
 * Network namespaces have names of their own: containers that share a folder are told apart by the heartbeat.
 */
async function listenAbstract(folder: string): Promise<Server> {
  const name = `\0matchbox-state-${createHash('sha256').update(realpathSync(folder)).digest('hex')}`;
  for (let attempt = 1; ; attempt++) {
    try {
      return await listenAt(name);
    } catch (cause) {
      const message = `open ${folder}: another process of this machine keeps its state there`;
      if (attempt === attempts) throw new StateError('locked', message, { cause });
      await sleep(pauseMs);
    }
  }
}

async function listenAt(name: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(name, resolve);
  });
  return server;
}

/** @param scope where the socket, which is ours, keeps others out */
function refuseLivingOwner(path: string, folder: string, scope: string | undefined, now: number): void {
  let owner: { host?: unknown; pid?: unknown; scope?: unknown; at?: unknown };
  try {
    owner = JSON.parse(readFileSync(path, 'utf8')) as typeof owner;
  } catch {
    return;
  }
  if (typeof owner.at !== 'number' || Math.abs(now - owner.at) >= silentMs) return;
  // In this network namespace the socket has decided: the owner is dead.
  if (scope !== undefined && owner.scope === scope) return;
  throw new StateError(
    'locked',
    `open ${folder}: process ${String(owner.pid)} on ${String(owner.host)} keeps its state there (last heard of ${Math.round((now - owner.at) / 1000)} s ago)`,
  );
}

/**
 * This start of this machine and this network namespace: as far as names of abstract sockets reach (network_namespaces(7)).
 * A host's name and a process id say less: two containers may have both in common.
 */
function socketScope(): string | undefined {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/net')}`;
  } catch {
    return undefined;
  }
}

function close(server: Server | undefined): Promise<void> {
  return new Promise((resolve) => (server === undefined ? resolve() : void server.close(() => resolve())));
}
