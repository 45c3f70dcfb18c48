/** What is done to the engines, one after the other, and what may come of it. */
import { execFileSync, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { migrateEtcd, migratePostgres, openEtcdStore, openPostgresStore } from 'matchbox/testing';
import { type EtcdCluster, type EtcdMember, startEtcd } from '../etcd-server.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { type Contest, contend, type Figures, writeThrough } from './measure.ts';
import { cutOff, hasNamespace } from './namespace.ts';
import { Replica } from './replica.ts';

export interface Verdict {
  /** What was measured, in words. */
  readonly figures: string;
  /** What must never be; '' for nothing. */
  readonly fault: string;
  /** What took longer than it should, on a machine with nothing else to do; '' for nothing. */
  readonly late: string;
}

export interface Scenario {
  /** Of the table of acceptance. */
  readonly row: number;
  readonly name: string;
  readonly engine: 'etcd' | 'postgres';
  /** Part of the short form. */
  readonly isShort: boolean;
  /** Why it cannot run here. */
  readonly obstacle?: string | undefined;
  run(engines: Engines, seconds: number): Promise<Verdict>;
}

export class Engines {
  #etcd: Promise<EtcdCluster> | undefined;
  #postgres: Promise<PostgresServer> | undefined;

  etcd(): Promise<EtcdCluster> {
    this.#etcd ??= startEtcd({ size: 3, isPartable: hasNamespace() });
    return this.#etcd;
  }

  postgres(): Promise<PostgresServer> {
    this.#postgres ??= startPostgres();
    return this.#postgres;
  }

  async etcdReplicas(count: number): Promise<{ readonly replicas: Replica[]; readonly url: string }> {
    const url = (await this.etcd()).newUrl();
    await migrateEtcd(url);
    const opening = Array.from({ length: count }, (_, i) => new Replica(openEtcdStore(startingAt(url, i))).open());
    return { replicas: await Promise.all(opening), url };
  }

  async postgresReplicas(count: number): Promise<{ readonly replicas: Replica[]; readonly url: string }> {
    const url = await (await this.postgres()).createDatabase();
    await migratePostgres(url);
    const opening = Array.from({ length: count }, async () => new Replica(await openPostgresStore(url)).open());
    return { replicas: await Promise.all(opening), url };
  }

  async close(): Promise<void> {
    await (await this.#etcd)?.close();
    await (await this.#postgres)?.close();
  }
}

/** The same cluster, another member first: replicas do not all hang on one. */
function startingAt(url: string, index: number): string {
  return url.replace(/\/\/([^/]*)/, (_, hosts: string) => {
    const list = hosts.split(',');
    return `//${[...list.slice(index % list.length), ...list.slice(0, index % list.length)].join()}`;
  });
}

async function closeAll(replicas: readonly Replica[]): Promise<void> {
  await Promise.all(replicas.map((replica) => replica.close()));
}

function judge({ longestGapMs, acknowledged, refused, lost, slowestMs, divergence }: Figures, bars: Bars): Verdict {
  const figures = `${acknowledged} acknowledged, ${refused} refused, ${lost} lost; longest gap ${Math.round(longestGapMs)} ms, slowest on a replica ${Math.round(slowestMs)} ms`;
  const faults = [
    lost > 0 && `${lost} acknowledged writes are lost`,
    divergence,
    acknowledged === 0 && 'nothing was written',
  ];
  const late = [
    longestGapMs > bars.gapMs && `writes resume within ${bars.gapMs} ms`,
    slowestMs > bars.slowestMs && `a change is on all replicas within ${bars.slowestMs} ms`,
  ];
  return { figures, fault: faults.filter(Boolean).join('; '), late: late.filter(Boolean).join('; ') };
}

interface Bars {
  readonly gapMs: number;
  readonly slowestMs: number;
}

function judgeContest({ calls, won, unknown, unexplained, divergence }: Contest): Verdict {
  const figures = `${calls} calls, ${won} swaps made, ${unknown} of unknown outcome`;
  const faults = [
    unexplained.length > 0 && `not linearizable: ${unexplained.join()}`,
    divergence,
    won === 0 && 'no swap was made',
  ];
  return { figures, fault: faults.filter(Boolean).join('; '), late: '' };
}

type Harm = (engines: Engines, seconds: number) => Promise<void>;

const restarted = async (member: EtcdMember, cluster: EtcdCluster) => {
  await member.kill();
  await sleep(2000);
  member.start();
  await cluster.untilHealthy();
};

const harms = {
  killFollower: async (engines) => {
    const cluster = await engines.etcd();
    const leader = cluster.leader();
    await restarted(cluster.members.find((member) => member !== leader)!, cluster);
  },
  killLeader: async (engines) => {
    const cluster = await engines.etcd();
    await restarted(cluster.leader(), cluster);
  },
  stopLeader: async (engines, seconds) => {
    const leader = (await engines.etcd()).leader();
    leader.signal('SIGSTOP');
    await sleep(seconds * 800);
    leader.signal('SIGCONT');
  },
  cutOffLeader: async (engines, seconds) => {
    const cluster = await engines.etcd();
    const mend = cutOff(cluster.leader());
    await sleep(seconds * 800);
    mend();
    await cluster.untilHealthy();
  },
  killPostgres: async (engines) => (await engines.postgres()).crash(),
  terminateListeners: async (engines) => {
    const server = await engines.postgres();
    await server.query(
      'postgres',
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'matchbox-follow'",
    );
  },
  stopListeners: async (engines, seconds) => {
    const server = await engines.postgres();
    const pids = await server.query(
      'postgres',
      "select string_agg(pid::text, ',') from pg_stat_activity where application_name = 'matchbox-follow'",
    );
    const signal = (name: NodeJS.Signals) => {
      for (const pid of pids.split(',')) process.kill(Number(pid), name);
    };
    signal('SIGSTOP');
    await sleep(seconds * 500);
    signal('SIGCONT');
  },
} satisfies Record<string, Harm>;

function written(base: Omit<Scenario, 'run'>, harm: Harm, bars: Bars): Scenario {
  return {
    ...base,
    run: async (engines, seconds) => {
      const { replicas } = await (base.engine === 'etcd' ? engines.etcdReplicas(3) : engines.postgresReplicas(3));
      try {
        return judge(await writeThrough(replicas, seconds, () => harm(engines, seconds)), bars);
      } finally {
        await closeAll(replicas);
      }
    },
  };
}

function contended(base: Omit<Scenario, 'run' | 'row'>, harm: Harm): Scenario {
  return {
    ...base,
    row: 10,
    run: async (engines, seconds) => {
      const { replicas } = await (base.engine === 'etcd' ? engines.etcdReplicas(3) : engines.postgresReplicas(3));
      try {
        return judgeContest(await contend(replicas, seconds, () => harm(engines, seconds)));
      } finally {
        await closeAll(replicas);
      }
    },
  };
}

/** A process writes and is killed in the middle: what it has said that it wrote is on the others. */
function killedWriter(engine: Scenario['engine'], clock?: string): Scenario {
  const program = fileURLToPath(new URL('./writer.ts', import.meta.url));
  const runner = fileURLToPath(new URL('../../../tools/run.js', import.meta.url));
  return {
    row: clock === undefined ? 3 : 15,
    name:
      clock === undefined
        ? 'a replica is killed while it writes'
        : `a replica's clock is wrong by ${clock}, and it is killed`,
    engine,
    isShort: false,
    run: async (engines, seconds) => {
      const { replicas, url } = await (engine === 'etcd' ? engines.etcdReplicas(1) : engines.postgresReplicas(1));
      const command = [process.execPath, runner, program, url];
      const [first, ...rest] = clock === undefined ? command : ['faketime', '-f', clock, ...command];
      const child = spawn(first!, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      child.stdout.on('data', (data) => {
        said += data;
      });
      while (!said.includes('\n') && child.exitCode === null) await sleep(20);
      await sleep(seconds * 300);
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('close', resolve));
      // Half a line at the end was not said.
      const acknowledged = said.split('\n').slice(0, -1);
      await sleep(1000);
      const [replica] = replicas;
      const lost = acknowledged.filter((text) => !replica!.heardAt.has(text)).length;
      await closeAll(replicas);
      const fault =
        acknowledged.length === 0 ? 'nothing was written' : lost > 0 ? `${lost} acknowledged writes are lost` : '';
      return { figures: `${acknowledged.length} acknowledged, ${lost} lost`, fault, late: '' };
    },
  };
}

const noNamespace = hasNamespace() ? undefined : 'needs root, ip and unshare: run it by main.ts';
const noFaketime = hasProgram('faketime') ? undefined : 'faketime is missing';

function hasProgram(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export const scenarios: readonly Scenario[] = [
  written({ row: 1, name: 'a follower is killed', engine: 'etcd', isShort: false }, harms.killFollower, {
    gapMs: 1000,
    slowestMs: 2000,
  }),
  written({ row: 1, name: 'the leader is killed', engine: 'etcd', isShort: true }, harms.killLeader, {
    gapMs: 3000,
    slowestMs: 3500,
  }),
  written({ row: 2, name: 'the leader stands still', engine: 'etcd', isShort: true }, harms.stopLeader, {
    gapMs: 3000,
    slowestMs: 5000,
  }),
  written(
    {
      row: 2,
      name: 'the leader is cut off from the others, its clients are not',
      engine: 'etcd',
      isShort: true,
      obstacle: noNamespace,
    },
    harms.cutOffLeader,
    { gapMs: 3000, slowestMs: 5000 },
  ),
  killedWriter('etcd'),
  killedWriter('postgres'),
  written(
    { row: 4, name: 'the listening connections are terminated', engine: 'postgres', isShort: false },
    harms.terminateListeners,
    { gapMs: 1000, slowestMs: 1500 },
  ),
  written(
    { row: 4, name: 'the listening connections stand still', engine: 'postgres', isShort: false },
    harms.stopListeners,
    { gapMs: 1000, slowestMs: 1500 },
  ),
  written({ row: 4, name: 'the server is killed', engine: 'postgres', isShort: true }, harms.killPostgres, {
    gapMs: 6000,
    slowestMs: 1500,
  }),
  contended({ name: 'compare and swap while the leader is killed', engine: 'etcd', isShort: true }, harms.killLeader),
  contended(
    { name: 'compare and swap while the leader stands still', engine: 'etcd', isShort: false },
    harms.stopLeader,
  ),
  contended(
    { name: 'compare and swap while the leader is cut off', engine: 'etcd', isShort: false, obstacle: noNamespace },
    harms.cutOffLeader,
  ),
  contended(
    { name: 'compare and swap while the server is killed', engine: 'postgres', isShort: true },
    harms.killPostgres,
  ),
  { ...killedWriter('etcd', '+1h'), obstacle: noFaketime },
  { ...killedWriter('postgres', '-1h'), obstacle: noFaketime },
];
