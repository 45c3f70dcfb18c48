import { expect, test } from 'vitest';
import { createBacklog } from './backlog.ts';

test('createBacklog takes tasks in, in order, when it is told to', () => {
  const done: number[] = [];
  const backlog = createBacklog();
  for (let i = 0; i < 2500; i++) backlog.add(() => done.push(i));
  expect([done.length, backlog.waiting]).toEqual([0, 2500]);
  backlog.catchUp();
  expect([done.length, done[0], done[2499], backlog.waiting]).toEqual([2500, 0, 2499, 0]);
  backlog.close();
});

test('createBacklog takes them in by itself', async () => {
  const backlog = createBacklog();
  await new Promise<void>((resolve) => {
    for (let i = 0; i < 100; i++) backlog.add(() => i === 99 && resolve());
  });
  expect(backlog.waiting).toBe(0);
});

test('createBacklog drops and counts what is too much', () => {
  const backlog = createBacklog({ most: 10 });
  const taken = Array.from({ length: 15 }, () => backlog.add(() => {}));
  expect(taken.filter(Boolean).length).toBe(10);
  expect([backlog.waiting, backlog.dropped]).toEqual([10, 5]);
  expect([backlog.isFull(), backlog.dropped]).toEqual([true, 6]);
  backlog.catchUp();
  expect([backlog.isFull(), backlog.dropped]).toEqual([false, 6]);
  expect(backlog.add(() => {})).toBe(true);
  backlog.close();
});

test('createBacklog spends no more than its share of the time while the process is busy', async () => {
  let clock = 0;
  let done = 0;
  const backlog = createBacklog({ now: () => clock, utilization: () => 1 });
  // Each task takes half a millisecond of the clock.
  const task = () => {
    clock += 0.5;
    done++;
  };
  for (let i = 0; i < 1000; i++) backlog.add(task);
  clock = 100;
  await expect.poll(() => done).toBeGreaterThanOrEqual(8);
  // 6 % of 100 ms, of which no more than 4 ms are saved up, and four tasks are begun at a time.
  await new Promise((resolve) => setTimeout(resolve, 15));
  expect(done).toBeLessThanOrEqual(12);
  clock = 200;
  await expect.poll(() => done).toBeGreaterThanOrEqual(16);
  await new Promise((resolve) => setTimeout(resolve, 15));
  expect(done).toBeLessThanOrEqual(24);
  backlog.close();
  expect(done).toBe(1000);
});

test('createBacklog gets on where other processes take nearly all of the time', async () => {
  let clock = 0;
  let done = 0;
  const backlog = createBacklog({ now: () => clock, utilization: () => 1 });
  for (let i = 0; i < 100; i++)
    backlog.add(() => {
      // As if it were kept from running for a tenth of a second in each task.
      clock += 100;
      done++;
    });
  clock += 100;
  await expect.poll(() => done).toBe(100);
  backlog.close();
});

test('a task that adds tasks does not lose them', () => {
  const done: string[] = [];
  const backlog = createBacklog();
  backlog.add(() => {
    done.push('a');
    backlog.add(() => done.push('b'));
  });
  backlog.catchUp();
  expect(done).toEqual(['a', 'b']);
  backlog.close();
});

test('createBacklog drops what would keep more than it may', () => {
  const done: string[] = [];
  const backlog = createBacklog({ mostBytes: 100 });
  expect(backlog.add(() => done.push('a'), 60)).toBe(true);
  expect(backlog.add(() => done.push('b'), 60)).toBe(false);
  backlog.catchUp();
  expect(backlog.add(() => done.push('c'), 60)).toBe(true);
  backlog.close();
  expect([done, backlog.dropped]).toEqual([['a', 'c'], 1]);
});

test('createBacklog tells of a task that fails, and goes on', () => {
  const faults: unknown[] = [];
  const done: number[] = [];
  const backlog = createBacklog({ onFault: (error) => faults.push(error) });
  backlog.add(() => {
    throw new Error('no');
  });
  backlog.add(() => done.push(1));
  backlog.catchUp();
  expect([faults.map(String), done, backlog.waiting]).toEqual([['Error: no'], [1], 0]);
  backlog.close();
});

test('createBacklog takes in what is about one address, in order and within a bound, and leaves the rest', () => {
  const done: string[] = [];
  const backlog = createBacklog();
  const add = (name: string, from?: string) => backlog.add(() => done.push(name), 0, from);
  for (let i = 0; i < 300; i++) add(`stranger ${i}`, '192.0.2.9');
  add('a', '192.0.2.7');
  add('nobody’s');
  add('b', '192.0.2.7');
  backlog.catchUp('192.0.2.7');
  expect(done).toEqual(['a', 'b']);
  backlog.catchUp('192.0.2.7');
  backlog.catchUp('192.0.2.9');
  expect([done.length, done[2], done.at(-1)]).toEqual([258, 'stranger 0', 'stranger 255']);
  backlog.close();
  expect([done.length, done[258], done.at(-1), backlog.waiting]).toEqual([303, 'stranger 256', 'nobody’s', 0]);
});

test('a backlog that is caught up in turns takes in all that waits, and lets others go on in between', async () => {
  let clock = 0;
  const taken: number[] = [];
  const backlog = createBacklog({ now: () => clock });
  for (let i = 0; i < 1000; i++) {
    backlog.add(() => {
      clock += 1;
      taken.push(i);
    });
  }
  let turns = 0;
  const others = setInterval(() => turns++, 0);
  const done = backlog.catchUpInTurns();
  setImmediate(() => turns++);
  expect(taken.length).toBeLessThan(50);
  await done;
  clearInterval(others);
  expect(taken).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  expect(turns).toBeGreaterThan(0);
  backlog.close();
});

test('createBacklog holds nobody up for longer than four tasks take, however long nothing was taken in', async () => {
  let clock = 0;
  let done = 0;
  let inTurn = 0;
  const turns: number[] = [];
  const backlog = createBacklog({ now: () => clock, utilization: () => 0 });
  backlog.add(() => {});
  // As if nothing had run for a minute.
  clock = 60_000;
  for (let i = 0; i < 30; i++)
    backlog.add(() => {
      if (inTurn++ === 0)
        setImmediate(() => {
          turns.push(inTurn);
          inTurn = 0;
        });
      clock += 0.1;
      done++;
    });
  await expect.poll(() => done).toBe(30);
  backlog.close();
  expect(Math.max(...turns)).toBeLessThanOrEqual(4);
});

test('a backlog does at once what nothing of its address waits for, and tells of what it throws', () => {
  const done: string[] = [];
  const faults: unknown[] = [];
  const backlog = createBacklog({ onFault: (error) => faults.push(error) });
  const atOnce = (name: string, from: string) =>
    backlog.atOnce(
      (seen) => {
        done.push(seen);
        return seen !== 'strange';
      },
      name,
      from,
    );
  backlog.add(() => done.push('first'), 0, '192.0.2.7');
  expect([atOnce('second', '192.0.2.7'), atOnce('other', '192.0.2.8'), atOnce('strange', '192.0.2.8')]).toEqual([
    false,
    true,
    false,
  ]);
  backlog.catchUp();
  backlog.add(() => done.push('nobody’s'));
  expect(atOnce('too soon', '192.0.2.7')).toBe(false);
  backlog.catchUp();
  expect(atOnce('third', '192.0.2.7')).toBe(true);
  expect(done).toEqual(['other', 'strange', 'first', 'nobody’s', 'third']);
  const fails = () => {
    throw new Error('no');
  };
  expect([backlog.atOnce(fails, 'fourth', '192.0.2.7'), faults.map(String)]).toEqual([true, ['Error: no']]);
  backlog.close();
});

test('what was done out of its turn is not counted as about no address', () => {
  const backlog = createBacklog();
  backlog.add(() => {}, 0, '192.0.2.1');
  backlog.catchUp('192.0.2.1');
  backlog.catchUp();
  const done: string[] = [];
  backlog.add(() => done.push('about no address'));
  expect(backlog.atOnce(() => done.push('at once') > 0, undefined, '192.0.2.2')).toBe(false);
  backlog.catchUp();
  expect(done).toEqual(['about no address']);
  backlog.close();
});
