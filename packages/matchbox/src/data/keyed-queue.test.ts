import { expect, test } from 'vitest';
import { KeyedQueue } from './keyed-queue.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A queue, and what began and ended in it. */
function watched(mostAtOnce = 10) {
  const queue = new KeyedQueue(mostAtOnce);
  const running = new Map<string, (error?: Error) => void>();
  const begun: string[] = [];
  const add = (name: string, key: string | undefined) =>
    queue.run(
      key,
      () =>
        new Promise<string>((resolve, reject) => {
          begun.push(name);
          running.set(name, (error) => (error ? reject(error) : resolve(name)));
        }),
    );
  const end = async (name: string, error?: Error) => {
    running.get(name)!(error);
    await turn();
  };
  return { queue, add, begun, end };
}

test('KeyedQueue runs work on different things at once, and on the same thing in order, after an error too', async () => {
  const { add, begun, end } = watched();
  const results = Promise.allSettled([add('a1', 'a'), add('b1', 'b'), add('a2', 'a'), add('a3', 'a')]);
  await turn();
  expect(begun).toEqual(['a1', 'b1']);
  await end('a1', new Error('no'));
  expect(begun).toEqual(['a1', 'b1', 'a2']);
  await end('a2');
  await end('a3');
  await end('b1');
  expect((await results).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
});

test('KeyedQueue runs work on everything alone', async () => {
  const { queue, add, begun, end } = watched();
  const all = Promise.all([add('a1', 'a'), add('b1', 'b'), add('all', undefined), add('a2', 'a'), add('c1', 'c')]);
  await turn();
  expect(begun).toEqual(['a1', 'b1']);
  await end('a1');
  expect(begun).toEqual(['a1', 'b1']);
  await end('b1');
  expect(begun).toEqual(['a1', 'b1', 'all']);
  await end('all');
  expect(begun).toEqual(['a1', 'b1', 'all', 'a2', 'c1']);
  let isIdle = false;
  void queue.idle().then(() => {
    isIdle = true;
  });
  await end('a2');
  expect(isIdle).toBe(false);
  await end('c1');
  expect(isIdle).toBe(true);
  expect(await all).toEqual(['a1', 'b1', 'all', 'a2', 'c1']);
});

test('KeyedQueue runs so much at once and no more', async () => {
  const { add, begun, end } = watched(2);
  const all = Promise.all(['a', 'b', 'c', 'd'].map((key) => add(key, key)));
  await turn();
  expect(begun).toEqual(['a', 'b']);
  await end('b');
  expect(begun).toEqual(['a', 'b', 'c']);
  await end('a');
  await end('c');
  await end('d');
  expect(await all).toEqual(['a', 'b', 'c', 'd']);
});
