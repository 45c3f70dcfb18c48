import { expect, test } from 'vitest';
import { createTurns, type Work } from './turns.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function work(done: string[], name: string, clientAddress: string, run = () => {}, leaving = false): Work {
  return {
    clientAddress,
    leaving,
    abandon: () => done.push(`abandoned ${name}`),
    run: () => {
      done.push(name);
      run();
    },
    write: () => done.push(`wrote ${name}`),
  };
}

const connect = (turns: ReturnType<typeof createTurns>, open = () => {}) => turns.connected('a', open);

/** Turns by a clock of their own, and requests of one address that take longer than a turn. */
function crowd() {
  let time = 1;
  const turns = createTurns(() => time);
  const done: string[] = [];
  const pass = (ms: number) => {
    time += ms;
  };
  const takeSlow = (name: string, leaving = false) =>
    turns.take(
      time,
      work(done, name, 'a', () => pass(50), leaving),
    );
  return { turns, done, pass, takeSlow };
}

test('createTurns does at once what a turn has time for, and the rest in later turns, addresses in rotation', async () => {
  let time = 1;
  const turns = createTurns(() => time);
  const done: string[] = [];
  const slow = () => {
    time += 7;
  };
  for (const name of ['a1', 'a2', 'a3', 'a4']) turns.take(time, work(done, name, 'a', slow));
  turns.take(time, work(done, 'b1', 'b', slow));
  expect(done).toEqual(['a1', 'a2']);
  await nextTurn();
  expect(done).toEqual(['a1', 'a2', 'a3', 'b1']);
  await nextTurn();
  expect(done).toEqual(['a1', 'a2', 'a3', 'b1', 'a4']);
});

test('createTurns writes at the end of the turn, in order, and what is asked for at once', async () => {
  const turns = createTurns();
  const done: string[] = [];
  turns.writeAtEnd(work(done, 'a', 'a'));
  turns.writeAtEnd(work(done, 'b', 'b'));
  expect(done).toEqual([]);
  await nextTurn();
  expect(done).toEqual(['wrote a', 'wrote b']);
  turns.writeAtEnd(work(done, 'c', 'c'));
  turns.writeAll();
  expect(done).toEqual(['wrote a', 'wrote b', 'wrote c']);
});

test('createTurns lets all connections in that wait before it does more that takes long', async () => {
  const { turns, done, takeSlow } = crowd();
  takeSlow('a1');
  takeSlow('a2');
  for (let i = 0; i < 5; i++) {
    connect(turns);
    await nextTurn();
  }
  expect(done).toEqual(['a1']);
  await nextTurn();
  expect(done).toEqual(['a1', 'a2']);
});

test('createTurns lets a piece of a download go at once, and in a crowd a few a turn, behind connections that wait', async () => {
  let time = 1;
  const turns = createTurns(() => time);
  expect(turns.piece()).toBeUndefined();
  time += 50;
  const sent: number[] = [];
  for (let i = 0; i < 40; i++) void turns.piece()!.then(() => sent.push(i));
  connect(turns);
  await nextTurn();
  expect(sent.length).toBe(0);
  await nextTurn();
  expect(sent.length).toBe(32);
  await nextTurn();
  expect(sent.length).toBe(40);
  await nextTurn();
  expect(turns.piece()).toBeUndefined();
});

test('createTurns takes connections that wait before it does a piece of long work', async () => {
  const turns = createTurns(() => 1);
  const done: string[] = [];
  connect(turns);
  void turns.piece()!.then(() => done.push('piece'));
  await nextTurn();
  connect(turns);
  await nextTurn();
  expect(done).toEqual([]);
  await nextTurn();
  expect(done).toEqual(['piece']);
  expect(turns.piece()).toBeUndefined();
});

test('createTurns goes on with what takes long although connections keep coming', async () => {
  const { turns, done, takeSlow, pass } = crowd();
  takeSlow('a1');
  takeSlow('a2');
  for (let i = 0; i < 20; i++) {
    connect(turns);
    pass(10);
    await nextTurn();
  }
  expect(done).toEqual(['a1', 'a2']);
});

test('createTurns does nothing in a crowd for who has left', async () => {
  const { done, takeSlow } = crowd();
  takeSlow('a1');
  takeSlow('a2', true);
  takeSlow('a3');
  await nextTurn();
  expect(done).toEqual(['a1', 'abandoned a2', 'a3']);
});

test('createTurns opens a connection at once, and those that come one after the other when no more do', async () => {
  const { turns, done } = crowd();
  for (let i = 0; i < 4; i++) {
    connect(turns, () => done.push(`opened ${i}`));
    await nextTurn();
  }
  expect(done).toEqual(['opened 0']);
  await nextTurn();
  expect(done).toEqual(['opened 0', 'opened 1', 'opened 2', 'opened 3']);
});

test('createTurns opens the next connection at once, too, when another one was taken long before', async () => {
  const { turns, done, pass } = crowd();
  connect(turns);
  for (let i = 0; i < 3; i++) await nextTurn();
  pass(60_000);
  connect(turns, () => done.push('opened'));
  expect(done).toEqual(['opened']);
});

test('createTurns opens connections for half a turn, addresses in rotation, and answers in the other half', async () => {
  const { turns, done, pass, takeSlow } = crowd();
  connect(turns);
  await nextTurn();
  for (const name of ['a1', 'a2', 'a3', 'a4']) {
    turns.connected('a', () => {
      done.push(`opened ${name}`);
      pass(3);
    });
  }
  turns.connected('b', () => done.push('opened b1'));
  takeSlow('request 1');
  takeSlow('request 2');
  await nextTurn();
  await nextTurn();
  expect(done).toEqual(['request 1', 'opened a1', 'opened b1', 'opened a2', 'request 2']);
  await nextTurn();
  expect(done.slice(5)).toEqual(['opened a3', 'opened a4']);
});

test('createTurns answers a crowd of quick requests in turns of 128: what they cost is in the writing', async () => {
  const { turns, done, pass } = crowd();
  turns.take(
    1,
    work(done, 'first', 'a', () => pass(50)),
  );
  for (let i = 0; i < 300; i++) turns.take(51, work(done, 'quick', 'a'));
  const counts: number[] = [];
  for (let i = 0; i < 3; i++) {
    await nextTurn();
    counts.push(done.length - 1);
  }
  expect(counts).toEqual([128, 256, 300]);
});
