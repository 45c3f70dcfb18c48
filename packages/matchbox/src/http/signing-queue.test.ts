import { expect, test } from 'vitest';
import { createSigningQueue, QueueFullError } from './signing-queue.ts';

function open(maxWaiting = 3) {
  const queue = createSigningQueue({ atATime: 1, maxWaiting });
  const done: string[] = [];
  const finish: (() => void)[] = [];
  const add = (client: string, name: string, isWanted = () => true) =>
    queue
      .add(
        client,
        isWanted,
        () =>
          new Promise<void>((resolve) => {
            done.push(name);
            finish.push(resolve);
          }),
      )
      .then(
        () => 'signed',
        (error: unknown) => (error instanceof QueueFullError ? 'refused' : 'failed'),
      );
  const next = async () => {
    finish.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { done, add, next };
}

test('createSigningQueue refuses the oldest of the client with most when too many wait', async () => {
  const { done, add, next } = open();
  const first = add('a', 'a0');
  const waiting = ['a1', 'a2', 'a3'].map((name) => add('a', name));
  const other = add('b', 'b1');
  expect(await waiting[0]).toBe('refused');
  for (let i = 0; i < 4; i++) await next();
  expect(done).toEqual(['a0', 'a3', 'b1', 'a2']);
  expect(await Promise.all([first, waiting[1], waiting[2], other])).toEqual(['signed', 'signed', 'signed', 'signed']);
});

test('createSigningQueue signs nothing for who has left', async () => {
  const { done, add, next } = open();
  void add('a', 'a0');
  const left = add('a', 'a1', () => false);
  await next();
  expect([done, await left]).toEqual([['a0'], 'refused']);
});

test('createSigningQueue lets those go first who have left, when there is no room', async () => {
  const { add } = open(2);
  void add('a', 'a0');
  const kept = add('a', 'a1');
  const left = add('a', 'a2', () => false);
  void add('b', 'b1');
  expect(await left).toBe('refused');
  expect(await Promise.race([kept, Promise.resolve('waits')])).toBe('waits');
});
