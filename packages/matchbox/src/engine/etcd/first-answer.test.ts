import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { firstAnswer, type Question } from './first-answer.ts';

const never = (signal: AbortSignal) => sleep(60_000, 'late', { signal });

function question(ask: Question<string>['ask'], changes: Partial<Question<string>> = {}): Question<string> {
  const failed: Question<string>['failed'] = (error, _, isLast) => {
    if (isLast) throw error;
  };
  return { size: 3, first: 0, patienceMs: 5, tryMs: 1000, withinMs: 10_000, ask, failed, ...changes };
}

test('firstAnswer asks nobody else while the first one answers', async () => {
  const asked: number[] = [];
  const ask: Question<string>['ask'] = async (index) => {
    asked.push(index);
    return 'yes';
  };
  expect(await firstAnswer(question(ask, { first: 1, patienceMs: 1000 }))).toEqual({ index: 1, answer: 'yes' });
  expect(asked).toEqual([1]);
});

test('firstAnswer asks another one when nobody answers, and cancels what is open then', async () => {
  const canceled: number[] = [];
  const found = await firstAnswer(
    question(async (index, _, signal) => {
      signal.addEventListener('abort', () => canceled.push(index));
      return index === 2 ? 'yes' : never(signal);
    }),
  );
  expect(found).toEqual({ index: 2, answer: 'yes' });
  expect(canceled).toEqual([0, 1, 2]);
});

test('firstAnswer takes an answer that comes after another one was asked', async () => {
  let answer = (_: string) => {};
  const found = await firstAnswer(
    question(async (index, _, signal) => {
      if (index === 0) return new Promise<string>((resolve) => (answer = resolve));
      answer('at last');
      return never(signal);
    }),
  );
  expect(found).toEqual({ index: 0, answer: 'at last' });
});

test('firstAnswer asks nobody twice at the same time, and again who has failed', async () => {
  const open = new Set<number>();
  const asked: number[] = [];
  const found = await firstAnswer(
    question(
      async (index) => {
        expect(open.has(index)).toBe(false);
        open.add(index);
        asked.push(index);
        await sleep(12);
        open.delete(index);
        if (asked.length < 7) throw new Error('no leader');
        return 'yes';
      },
      { patienceMs: 1 },
    ),
  );
  expect(found.answer).toBe('yes');
  expect(new Set(asked.slice(0, 3))).toEqual(new Set([0, 1, 2]));
});

test('firstAnswer ends with the reason that the asker finds final', async () => {
  const asked: number[] = [];
  const asking = firstAnswer(
    question(
      async (index) => {
        asked.push(index);
        throw new Error(`no, says ${index}`);
      },
      {
        failed: (error, index) => {
          if (index === 1) throw error;
        },
      },
    ),
  );
  await expect(asking).rejects.toThrow('no, says 1');
  expect(asked).toEqual([0, 1]);
});

test('firstAnswer ends also when a rest took longer than there was time', async () => {
  const hold = (ms: number) => {
    for (const until = performance.now() + ms; performance.now() < until; );
  };
  const asking = firstAnswer(
    question(
      async () => {
        // The loop is held over the end of the rest.
        setTimeout(hold, 40, 100);
        throw new Error('connection refused');
      },
      { withinMs: 120, size: 1 },
    ),
  );
  await expect(asking).rejects.toThrow('connection refused');
});

test.each([0, -5, 30])('firstAnswer asks at least once, and ends, when there are %s ms left', async (withinMs) => {
  const asked: number[] = [];
  const asking = firstAnswer(
    question(
      async (index, tryMs) => {
        asked.push(index);
        expect(tryMs).toBeGreaterThan(0);
        expect(Number.isInteger(tryMs)).toBe(true);
        await sleep(tryMs);
        throw new Error('no answer in time');
      },
      { withinMs, size: 1 },
    ),
  );
  await expect(asking).rejects.toThrow('no answer in time');
  expect(asked[0]).toBe(0);
});
