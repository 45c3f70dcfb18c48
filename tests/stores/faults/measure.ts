/** What the work of replicas comes to while something is done to their engine. */
import { setTimeout as sleep } from 'node:timers/promises';
import { divergence, type Operation, unexplained } from './history.ts';
import type { Replica } from './replica.ts';

export interface Figures {
  /** Between two writes that were acknowledged. */
  readonly longestGapMs: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** Acknowledged, and not on every replica in the end. */
  readonly lost: number;
  /** From the acknowledgement to the slowest replica. */
  readonly slowestMs: number;
  /** What replicas heard differently; '' for nothing. */
  readonly divergence: string;
}

/** One replica writes what nobody else does, all follow. */
export async function writeThrough(
  replicas: readonly Replica[],
  seconds: number,
  fault: () => Promise<void>,
): Promise<Figures> {
  const [writer] = replicas;
  const acknowledgedAt = new Map<string, number>();
  let refused = 0;
  let isOver = false;
  const writing = (async () => {
    for (let i = 0; !isOver; i++) {
      const text = `${process.hrtime.bigint()}`;
      await writer!.put(`w${i % 50}`, text).then(
        () => acknowledgedAt.set(text, performance.now()),
        () => refused++,
      );
      await sleep(15);
    }
  })();
  await sleep(1000);
  const done = fault();
  await sleep(seconds * 1000);
  await done;
  const mendedAt = performance.now();
  // A last write that never comes is the longest gap of all.
  const isResumed = () => [...acknowledgedAt.values()].some((at) => at > mendedAt);
  for (let i = 0; i < 100 && !isResumed(); i++) await sleep(100);
  await sleep(1000);
  isOver = true;
  await writing;
  const endedAt = performance.now();
  const isHeard = (text: string) => replicas.every(({ heardAt }) => heardAt.has(text));
  for (let i = 0; i < 200 && ![...acknowledgedAt.keys()].every(isHeard); i++) await sleep(50);
  const times = [...acknowledgedAt.values(), endedAt];
  const late = [...acknowledgedAt].flatMap(([text, at]) =>
    replicas.map(({ heardAt }) => (heardAt.get(text) ?? at) - at),
  );
  return {
    longestGapMs: Math.max(...times.slice(1).map((at, i) => at - times[i]!)),
    acknowledged: acknowledgedAt.size,
    refused,
    lost: [...acknowledgedAt.keys()].filter((text) => !isHeard(text)).length,
    slowestMs: Math.max(...late),
    divergence: divergence(replicas.filter(({ resets }) => resets.length === 0).map(({ sequence }) => sequence)),
  };
}

export interface Contest {
  readonly calls: number;
  readonly won: number;
  readonly unknown: number;
  readonly unexplained: readonly string[];
  readonly divergence: string;
}

/** Eight clients compare and swap eight files through all replicas. */
export async function contend(
  replicas: readonly Replica[],
  seconds: number,
  fault: () => Promise<void>,
): Promise<Contest> {
  const operations: Operation[] = [];
  const until = performance.now() + seconds * 1000;
  let number = 0;
  const client = async (index: number) => {
    const replica = replicas[index % replicas.length]!;
    while (performance.now() < until) {
      const file = `r${Math.floor(Math.random() * 8)}`;
      const call = Math.random() < 0.3 ? replica.read(file) : replica.swap(file, `${++number}`);
      // What is refused as unavailable has changed nothing and read nothing.
      const operation = await call.catch(() => undefined);
      if (operation !== undefined) operations.push(operation);
      await sleep(20 + Math.random() * 30);
    }
  };
  const done = sleep(500).then(fault);
  await Promise.all(Array.from({ length: 8 }, (_, i) => client(i)));
  await done;
  for (let i = 0; i < 100 && new Set(replicas.map(({ sequence }) => sequence.length)).size > 1; i++) await sleep(50);
  const swaps = operations.flatMap(({ call }) => (call.kind === 'swap' ? [call] : []));
  return {
    calls: operations.length,
    won: swaps.filter(({ made }) => made === true).length,
    unknown: swaps.filter(({ made }) => made === undefined).length,
    unexplained: unexplained(operations),
    divergence: divergence(replicas.filter(({ resets }) => resets.length === 0).map(({ sequence }) => sequence)),
  };
}
