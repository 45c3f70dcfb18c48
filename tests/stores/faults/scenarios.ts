/** What is done to the engines, one after the other, and what may come of it. */
import { closeAll } from './engines.ts';
import { fullDisks } from './full-disk.ts';
import { type Harm, harms } from './harms.ts';
import { jumpingWriter, killedWriter } from './killed-writer.ts';
import { contend, writeThrough } from './measure.ts';
import { hasNamespace } from './namespace.ts';
import { soaked } from './soak.ts';
import { type Bars, judge, judgeContest, type Scenario } from './verdict.ts';

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

const noNamespace = hasNamespace() ? undefined : 'needs root, ip and unshare: run it by main.ts';

/** @param soakSeconds how long the soaks last, where it was said */
export function scenariosWith(soakSeconds?: number): readonly Scenario[] {
  return [...scenarios, soaked('etcd', soakSeconds), soaked('postgres', soakSeconds)];
}

const scenarios: readonly Scenario[] = [
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
  jumpingWriter('etcd', '+1h'),
  jumpingWriter('etcd', '-1h'),
  jumpingWriter('postgres', '+1h'),
  jumpingWriter('postgres', '-1h'),
  ...fullDisks,
];
