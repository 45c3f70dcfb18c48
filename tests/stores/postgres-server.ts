/** A PostgreSQL server of its own for tests, on loopback, gone with them. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../tools/ports.ts';

export interface PostgresServer {
  /** Of a new, empty database. */
  createDatabase(): Promise<string>;
  /** The same database by a socket of the file system, which other network namespaces reach, too. */
  socketUrl(url: string): string;
  query(database: string, sql: string): Promise<string>;
  readonly pid: number;
  /** Kills it and starts it again on the same data. */
  crash(whileDown?: () => Promise<void>): Promise<void>;
  /** Starts it again where it has died by itself. */
  revive(): Promise<void>;
  close(): Promise<void>;
}

const versions = '/usr/lib/postgresql';

/** @returns why there can be none; undefined when there can */
export function postgresObstacle(): string | undefined {
  return existsSync(versions) ? undefined : 'PostgreSQL is missing: apt-get install postgresql';
}

export interface PostgresOptions {
  /** An empty one, for everything that it writes. */
  readonly folder?: string;
}

export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const version = readdirSync(versions)
    .sort((a, b) => Number(a) - Number(b))
    .at(-1)!;
  const bin = join(versions, version, 'bin');
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'matchbox-postgres-'));
  const owner = userInfo().uid === 0 ? idsOf('postgres') : undefined;
  if (owner) chownSync(folder, owner.uid, owner.gid);
  const as = owner ? { uid: owner.uid, gid: owner.gid } : {};
  const data = join(folder, 'data');
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'matchbox', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    { ...as, stdio: 'ignore' },
  );
  const port = await freePort();
  let server: ChildProcess;
  /** Again and again: after a kill its children may live on for a moment, and another program may have the port. */
  const start = async () => {
    let said = '';
    for (let attempt = 0; attempt < 60; attempt++) {
      server = spawn(
        join(bin, 'postgres'),
        ['-D', data, '-p', `${port}`, '-h', '127.0.0.1', '-k', folder, '-c', 'fsync=off'],
        { ...as, stdio: ['ignore', 'ignore', 'pipe'] },
      );
      server.stderr!.on('data', (chunk: Buffer) => {
        said = `${said}${chunk.toString()}`.slice(-4000);
      });
      if (await isReady(join(bin, 'pg_isready'), port, server)) return;
      await sleep(1000);
    }
    throw new Error(`PostgreSQL did not start:\n${said}`);
  };
  await start();
  const psql = (database: string, sql: string) =>
    execFileSync(
      join(bin, 'psql'),
      ['-h', '127.0.0.1', '-p', `${port}`, '-U', 'matchbox', '-d', database, '-Atc', sql],
      { encoding: 'utf8' },
    ).trim();
  let databases = 0;
  return {
    createDatabase: async () => {
      const name = `m${++databases}`;
      psql('postgres', `create database ${name}`);
      return `postgres://matchbox@127.0.0.1:${port}/${name}`;
    },
    socketUrl: (url) => `${url}?host=${encodeURIComponent(folder)}`,
    query: async (database, sql) => psql(database, sql),
    get pid() {
      return server.pid!;
    },
    crash: async (whileDown) => {
      server.kill('SIGKILL');
      await new Promise((resolve) => server.once('exit', resolve));
      await whileDown?.();
      await start();
    },
    revive: async () => {
      if (hasEnded(server)) await start();
    },
    close: async () => {
      if (!hasEnded(server)) {
        server.kill('SIGQUIT');
        await new Promise((resolve) => server.once('exit', resolve));
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function idsOf(user: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** @returns false when it has ended instead. @throws Error when it does neither within a minute */
async function isReady(program: string, port: number, server: ChildProcess): Promise<boolean> {
  for (let i = 0; i < 600; i++) {
    if (hasEnded(server)) return false;
    try {
      execFileSync(program, ['-h', '127.0.0.1', '-p', `${port}`], { stdio: 'ignore' });
      return true;
    } catch {
      await sleep(100);
    }
  }
  throw new Error('PostgreSQL did not become ready within a minute');
}

/** A proxy that cuts a connection after the client has sent a text, so that the answer is lost. */
export async function cuttingProxy(
  targetPort: number,
  port = 0,
): Promise<{ port: number; cutAfter(text: string, delayMs?: number): void; drop(): void; close(): void }> {
  let wanted: string | undefined;
  let delay = 0;
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    client.once('close', () => clients.delete(client));
    const target = connect(targetPort, '127.0.0.1');
    client.on('data', (data) => {
      if (wanted === undefined || !data.includes(wanted)) {
        target.write(data);
        return;
      }
      wanted = undefined;
      if (delay > 0) {
        // It is on its way still when its sender has given up.
        target.removeAllListeners('data').resume();
        client.removeAllListeners('close').destroy();
        setTimeout(() => target.end(data), delay);
        return;
      }
      target.write(data);
      // The server does what it was told; nobody hears of it.
      target.pause();
      setTimeout(() => {
        client.destroy();
        target.destroy();
      }, 200);
    });
    target.on('data', (data) => void client.write(data));
    for (const socket of [client, target]) socket.on('error', () => {});
    client.on('close', () => target.destroy());
    target.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cutAfter: (text, delayMs = 0) => {
      wanted = text;
      delay = delayMs;
    },
    drop: () => {
      for (const client of clients) client.destroy();
    },
    close: () => void server.close(),
  };
}
