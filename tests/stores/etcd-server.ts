/** An etcd of one member or of several for tests, on loopback, gone with them. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from './free-ports.ts';

export interface EtcdMember {
  readonly endpoint: string;
  readonly port: number;
  readonly pid: number;
  /** Whom it runs as, where it can be cut off from the others. */
  readonly uid: number | undefined;
  signal(signal: NodeJS.Signals): void;
  /** Kills it and waits until it is gone. */
  kill(): Promise<void>;
  start(): void;
}

export interface EtcdCluster {
  readonly members: readonly EtcdMember[];
  /** `etcd://…/PREFIX`, with a prefix that no other has. */
  newUrl(): string;
  /** Of one member, or all that answer. */
  ctl(...args: string[]): string;
  leader(): EtcdMember;
  /** Puts a snapshot in the place of everything; for one member. */
  restore(snapshot: string): Promise<void>;
  readonly folder: string;
  /** Resolves when all members answer. */
  untilHealthy(): Promise<void>;
  close(): Promise<void>;
}

export interface EtcdOptions {
  readonly size?: number;
  readonly args?: readonly string[];
  /** Flags of etcdctl, and the scheme, where the servers want TLS. */
  readonly ctlArgs?: readonly string[];
  readonly secure?: boolean;
  /** Where the data is; a new folder unless it is given. */
  readonly dataFolder?: string;
  /** Where the data of the first members is, each in its own. */
  readonly dataFolders?: readonly string[];
  /** Each member gets a user, and talks to the others by an address of its namespace, so that it can be cut off. */
  readonly isPartable?: boolean;
}

/** Where members that can be cut off talk to each other: an address that no client uses. */
export const peerAddress = '10.99.0.1';
/** Of nobody on any machine, so that a rule for it is for a member alone. */
const firstUid = 61_234;

/** @returns why there can be none; undefined when there can */
export function etcdObstacle(): string | undefined {
  return existsSync('/usr/bin/etcd') && existsSync('/usr/bin/etcdctl')
    ? undefined
    : 'etcd is missing: apt-get install etcd-server etcd-client';
}

export async function startEtcd(options: EtcdOptions = {}): Promise<EtcdCluster> {
  const { size = 1, ctlArgs = [], secure = false, isPartable = false } = options;
  const peerHost = isPartable ? peerAddress : '127.0.0.1';
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-etcd-'));
  const ports = await freePorts(2 * size);
  const scheme = secure ? 'https' : 'http';
  const peers = Array.from({ length: size }, (_, i) => `n${i}=http://${peerHost}:${ports[size + i]}`).join();
  const dataOf = (i: number) => join(options.dataFolders?.[i] ?? options.dataFolder ?? folder, `n${i}`);
  if (isPartable) chmodSync(folder, 0o777);
  const members = Array.from({ length: size }, (_, i) =>
    createMember(ports[i]!, isPartable ? firstUid + i : undefined, [
      ...['--name', `n${i}`, '--data-dir', dataOf(i), '--logger', 'zap', '--log-outputs', join(folder, `n${i}.log`)],
      ...['--listen-client-urls', `${scheme}://127.0.0.1:${ports[i]}`],
      ...['--advertise-client-urls', `${scheme}://127.0.0.1:${ports[i]}`],
      ...['--listen-peer-urls', `http://${peerHost}:${ports[size + i]}`],
      ...['--initial-advertise-peer-urls', `http://${peerHost}:${ports[size + i]}`],
      ...['--initial-cluster', peers, '--initial-cluster-state', 'new', ...(options.args ?? [])],
    ]),
  );
  const ctl = (...args: string[]) => {
    const endpoints = members.map(({ endpoint }) => `${scheme}://${endpoint}`).join();
    return execFileSync('etcdctl', ['--endpoints', endpoints, '--command-timeout', '10s', ...ctlArgs, ...args], {
      encoding: 'utf8',
      env: { ...process.env, ETCDCTL_API: '3' },
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  };
  const untilHealthy = async () => {
    for (let i = 0; ; i++) {
      try {
        return void ctl('endpoint', 'health');
      } catch (error) {
        if (i > 300)
          throw new Error(`etcd did not start: ${readFileSync(join(folder, 'n0.log'), 'utf8').slice(-2000)}`, {
            cause: error,
          });
        await sleep(100);
      }
    }
  };
  const start = async () => {
    for (const member of members) member.start();
    await untilHealthy();
  };
  await start();
  let urls = 0;
  return {
    members,
    folder,
    ctl,
    untilHealthy,
    newUrl: () =>
      `${secure ? 'etcds' : 'etcd'}://${members.map(({ endpoint }) => endpoint).join()}/matchbox-${process.pid}-${++urls}`,
    leader: () => {
      const status = JSON.parse(ctl('endpoint', 'status', '-w', 'json')) as EndpointStatus[];
      const found = status.find(({ Status }) => Status.leader === Status.header.member_id)!;
      return members.find(({ endpoint }) => found.Endpoint.endsWith(endpoint))!;
    },
    restore: async (snapshot) => {
      await members[0]!.kill();
      rmSync(dataOf(0), { recursive: true, force: true });
      ctl(
        ...['snapshot', 'restore', snapshot, '--name', 'n0', '--data-dir', dataOf(0)],
        ...['--initial-cluster', peers, '--initial-advertise-peer-urls', `http://127.0.0.1:${ports[size]}`],
      );
      await start();
    },
    close: async () => {
      for (const member of members) await member.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface EndpointStatus {
  readonly Endpoint: string;
  readonly Status: { readonly leader: number; readonly header: { readonly member_id: number } };
}

function createMember(port: number, uid: number | undefined, args: readonly string[]): EtcdMember {
  let child: ChildProcess | undefined;
  return {
    endpoint: `127.0.0.1:${port}`,
    port,
    get pid() {
      return child!.pid!;
    },
    uid,
    signal: (signal) => void child?.kill(signal),
    start: () => {
      if (child !== undefined) return;
      const env = { ...process.env, ETCD_UNSUPPORTED_ARCH: process.arch };
      child = spawn('etcd', args, { stdio: 'ignore', env, ...(uid !== undefined && { uid, gid: uid }) });
      child.once('exit', () => {
        child = undefined;
      });
    },
    kill: async () => {
      const dying = child;
      if (dying === undefined) return;
      const gone = new Promise((resolve) => dying.once('exit', resolve));
      dying.kill('SIGKILL');
      await gone;
    },
  };
}
