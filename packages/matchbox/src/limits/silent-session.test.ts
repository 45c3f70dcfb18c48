import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { endWhenSilent, type SilentSession } from './silent-session.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Of a client that has sent all that it will. */
const quiet = { receivedBytes: () => 100, slowAnswerMs: 20_000 };

function session(answers: boolean) {
  const told: string[] = [];
  const made: SilentSession = {
    destroyed: false,
    closed: false,
    ping: (callback) => {
      told.push('ping');
      if (answers) setTimeout(() => callback(null), 100);
      return true;
    },
    close: () => void told.push('close'),
    once: () => undefined,
  };
  return { made, told, cut: () => void told.push('cut') };
}

test('endWhenSilent ends a session whose client is not there any more, within ten seconds', async () => {
  const { made, told, cut } = session(false);
  endWhenSilent(made, { ...quiet, cut, isIdle: () => true });
  await vi.advanceTimersByTimeAsync(9000);
  expect(told).toEqual(['ping', 'cut']);
});

test('endWhenSilent leaves a client that idles and answers, asks it again after a minute, and closes it when its time is over', async () => {
  const { made, told, cut } = session(true);
  endWhenSilent(made, { ...quiet, cut, isIdle: () => true, keepAliveMs: 75_000 });
  await vi.advanceTimersByTimeAsync(70_000);
  expect(told).toEqual(['ping', 'ping']);
  await vi.advanceTimersByTimeAsync(6000);
  expect(told).toEqual(['ping', 'ping', 'close']);
});

test('endWhenSilent leaves a client in peace that has a request open and sends', async () => {
  const { made, told, cut } = session(false);
  let bytes = 0;
  endWhenSilent(made, { ...quiet, cut, isIdle: () => false, keepAliveMs: 1000, receivedBytes: () => bytes++ });
  await vi.advanceTimersByTimeAsync(600_000);
  expect(told).toEqual([]);
});

test('endWhenSilent asks a client that has a request open and sends nothing now and then, and leaves it as long as it answers', async () => {
  const { made, told, cut } = session(true);
  endWhenSilent(made, { ...quiet, cut, isIdle: () => false, keepAliveMs: 1000 });
  await vi.advanceTimersByTimeAsync(130_000);
  expect(told).toEqual(['ping', 'ping', 'ping']);
});

test('endWhenSilent ends a session with a request open whose client is not there, once a slow one would have answered', async () => {
  const { made, told, cut } = session(false);
  endWhenSilent(made, { ...quiet, cut, isIdle: () => false });
  await vi.advanceTimersByTimeAsync(21_000);
  expect(told).toEqual(['ping']);
  await vi.advanceTimersByTimeAsync(2000);
  expect(told).toEqual(['ping', 'cut']);
});
