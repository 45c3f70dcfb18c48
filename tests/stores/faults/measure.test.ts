/** Stores that do not keep their word: what measures real engines finds each of them out. */
import { createMemoryBackend, openMemoryStore } from 'matchbox/testing';
import { expect, test } from 'vitest';
import { contend, writeThrough } from './measure.ts';
import { Replica, type Store } from './replica.ts';
import { judge, judgeContest } from './verdict.ts';

const bars = { gapMs: 60_000, slowestMs: 60_000 };
const nothing = async () => {};

/** Two replicas on one backend; the first, or all, made worse. */
async function replicasOn(worsen: (store: Store, index: number) => Store): Promise<Replica[]> {
  const backend = createMemoryBackend();
  return Promise.all([0, 1].map((index) => new Replica(worsen(openMemoryStore(backend), index)).open()));
}

/** @returns true each seventh time */
function seventh(): () => boolean {
  let count = 0;
  return () => ++count % 7 === 0;
}

test('writeThrough finds nothing wrong with a store that keeps its word', async () => {
  const figures = await writeThrough(await replicasOn((store) => store), 0.2, nothing);
  expect(judge(figures, bars).fault).toBe('');
});

test('writeThrough finds out a store that acknowledges what it does not write', async () => {
  const worsen = (store: Store): Store => {
    const turn = seventh();
    return {
      ...store,
      commit: async (changes, by) =>
        turn() ? { position: await store.barrier(), before: changes.map(() => undefined) } : store.commit(changes, by),
    };
  };
  const figures = await writeThrough(await replicasOn(worsen), 0.2, nothing);
  expect(judge(figures, bars).fault).toMatch(/^\d+ acknowledged writes are lost/);
});

test('writeThrough finds out a watch that leaves out a change', async () => {
  const worsen = (store: Store, index: number): Store => {
    if (index === 0) return store;
    const turn = seventh();
    return {
      ...store,
      follow: (from, sink, options) =>
        store.follow(
          from,
          {
            ...sink,
            changes: (...words) => {
              if (!turn()) sink.changes(...words);
            },
          },
          options,
        ),
    };
  };
  const figures = await writeThrough(await replicasOn(worsen), 0.2, nothing);
  expect(judge(figures, bars).fault).toMatch(/acknowledged writes are lost; replica 1 heard .* where another heard/);
});

test('contend finds out a store that swaps without comparing, and none that compares', async () => {
  const careless = (store: Store): Store => ({
    ...store,
    commit: async (changes, by) => {
      // Both have compared before either writes.
      await new Promise((resolve) => setTimeout(resolve, 30));
      return store.commit(
        changes.map(({ expected: _, ...change }) => change),
        by,
      );
    },
  });
  expect(judgeContest(await contend(await replicasOn((store) => store), 1, nothing)).fault).toBe('');
  expect(judgeContest(await contend(await replicasOn(careless), 1, nothing)).fault).toMatch(/^not linearizable: r\d/);
});
