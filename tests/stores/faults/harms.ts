/** What is done to engines while replicas work with them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EtcdCluster, EtcdMember } from '../etcd-server.ts';
import type { Engines } from './engines.ts';
import { cutOff } from './namespace.ts';

export type Harm = (engines: Engines, seconds: number) => Promise<void>;

const restarted = async (member: EtcdMember, cluster: EtcdCluster) => {
  await member.kill();
  await sleep(2000);
  member.start();
  await cluster.untilHealthy();
};

export const harms = {
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
    // Nobody may be listening; and 0 would be all of us.
    const listening = pids.split(',').map(Number).filter(Boolean);
    const signal = (name: NodeJS.Signals) => {
      for (const pid of listening) process.kill(pid, name);
    };
    signal('SIGSTOP');
    await sleep(seconds * 500);
    signal('SIGCONT');
  },
} satisfies Record<string, Harm>;
