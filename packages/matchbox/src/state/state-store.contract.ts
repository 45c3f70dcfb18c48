/** What every state store has to do; each implementation runs this suite. */
import { expect, test } from 'vitest';
import type { MachineEvent } from '../machines/event.ts';
import type { StateStore } from '../machines/state-store.ts';

export const event = (machine: string, what: string, at = 1): MachineEvent => ({ kind: 'script', machine, at, what });

/** @param open makes an empty store and says how to be rid of it */
export function describeStateStore(
  name: string,
  open: () => Promise<{ store: StateStore; dispose: () => Promise<void> }>,
): void {
  const check = (title: string, body: (store: StateStore) => Promise<void>) =>
    test(`${name} ${title}`, async () => {
      const { store, dispose } = await open();
      try {
        await body(store);
      } finally {
        await dispose();
      }
    });

  check('has a record once it is committed', async (store) => {
    await store.commit({ puts: [{ table: 'machines', key: 'm-1', value: { state: 'seen' } }] });
    expect(store.table('machines').get('m-1')).toEqual({ state: 'seen' });
    expect(store.table('tokens').size).toBe(0);
  });

  check('forgets a record that is removed', async (store) => {
    await store.commit({ puts: [{ table: 'tokens', key: 't', value: 1 }] });
    await store.commit({ puts: [{ table: 'tokens', key: 't', value: undefined }] });
    expect([...store.table('tokens')]).toEqual([]);
  });

  check('keeps keys that objects have of themselves', async (store) => {
    await store.commit({ puts: [{ table: 'machines', key: '__proto__', value: { state: 'x' } }] });
    expect(store.table('machines').get('__proto__')).toEqual({ state: 'x' });
    expect(store.table('machines').get('constructor')).toBeUndefined();
  });

  check('tells events of one machine, the newest first', async (store) => {
    await store.commit({ events: [event('m-1', 'a'), event('m-2', 'b'), event('m-1', 'c')] });
    await store.commit({ events: [event('m-1', 'd')] });
    const told = await store.events('m-1', { limit: 10 });
    expect(told.map(({ what }) => what)).toEqual(['d', 'c', 'a']);
    expect(await store.events('m-3', { limit: 10 })).toEqual([]);
  });

  check('tells events page by page', async (store) => {
    await store.commit({ events: ['a', 'b', 'c', 'd', 'e'].map((what) => event('m-1', what)) });
    const first = await store.events('m-1', { limit: 2 });
    const second = await store.events('m-1', { limit: 2, beforeSeq: first.at(-1)!.seq });
    expect([...first, ...second].map(({ what }) => what)).toEqual(['e', 'd', 'c', 'b']);
  });

  check('keeps what is recorded in passing', async (store) => {
    expect(store.record(event('m-1', 'a'))).toBe(true);
    // A commit is written with what was recorded before it.
    await store.commit({ puts: [{ table: 'machines', key: 'm-1', value: 1 }] });
    expect((await store.events('m-1', { limit: 1 })).map(({ what }) => what)).toEqual(['a']);
  });

  check('keeps every one of many commits at once', async (store) => {
    await Promise.all(
      Array.from({ length: 600 }, (_, i) =>
        store.commit({ events: [event(`m-${i % 7}`, `${i}`)], puts: [{ table: 'tokens', key: `${i}`, value: i }] }),
      ),
    );
    expect(store.table('tokens').size).toBe(600);
    expect((await store.events('m-0', { limit: 3 })).map(({ what }) => what)).toEqual(['595', '588', '581']);
  });

  check('changes a record only if it is what was expected, and then nothing of the change', async (store) => {
    const take = (by: string, ifIs: unknown) =>
      store.commit({
        events: [event('m-1', by)],
        puts: [{ table: 'tokens', key: 't', value: { by }, ifIs }],
      });
    await take('a', null);
    await expect(take('b', null)).rejects.toMatchObject({
      code: 'conflict',
      message: 'tokens/t has changed: it is not what was expected',
    });
    await take('c', { by: 'a' });
    await expect(take('d', { by: 'a' })).rejects.toMatchObject({ code: 'conflict' });
    expect(store.table('tokens').get('t')).toEqual({ by: 'c' });
    expect((await store.events('m-1', { limit: 9 })).map(({ what }) => what)).toEqual(['c', 'a']);
  });

  check('lets one of fifty take what is there once', async (store) => {
    await store.commit({ puts: [{ table: 'tokens', key: 'secret', value: 'x' }] });
    const takes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, by) =>
        store.commit({ puts: [{ table: 'tokens', key: 'secret', value: { by }, ifIs: 'x' }] }),
      ),
    );
    const winners = takes.flatMap(({ status }, by) => (status === 'fulfilled' ? [by] : []));
    expect(winners).toHaveLength(1);
    expect(store.table('tokens').get('secret')).toEqual({ by: winners[0] });
  });
}
