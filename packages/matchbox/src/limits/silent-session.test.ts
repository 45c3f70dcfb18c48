import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { endWhenSilent, type SilentSession } from './silent-session.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

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
  endWhenSilent(made, { cut, isIdle: () => true });
  await vi.advanceTimersByTimeAsync(9000);
  expect(told).toEqual(['ping', 'cut']);
});

test('endWhenSilent leaves a client that idles and answers, asks it again after a minute, and closes it when its time is over', async () => {
  const { made, told, cut } = session(true);
  endWhenSilent(made, { cut, isIdle: () => true, keepAliveMs: 75_000 });
  await vi.advanceTimersByTimeAsync(70_000);
  expect(told).toEqual(['ping', 'ping']);
  await vi.advanceTimersByTimeAsync(6000);
  expect(told).toEqual(['ping', 'ping', 'close']);
});

test('endWhenSilent leaves a client in peace that has a request open: it may only be slow', async () => {
  const { made, told, cut } = session(false);
  endWhenSilent(made, { cut, isIdle: () => false, keepAliveMs: 1000 });
  await vi.advanceTimersByTimeAsync(600_000);
  expect(told).toEqual([]);
});
