import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLogger } from '../log/log.ts';
import type { StoreState } from './store.ts';
import { watchStore } from './store-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched(maxStaleMs?: number) {
  const lines: string[] = [];
  const catalog = {
    position: { epoch: 'e', revision: 3 },
    heard: { epoch: 'e', revision: 4 },
    state: { is: 'live' } as StoreState,
    lostSinceMs: undefined as number | undefined,
  };
  const logger = createLogger({ level: 'info', format: 'text', sink: (line) => void lines.push(line) });
  return { catalog, lines, watch: watchStore({ catalog, logger, maxStaleMs }) };
}

test('watchStore says again each five minutes that the store is away, and no more when it is back', () => {
  const { catalog, lines, watch } = watched();
  catalog.state = { is: 'lost', reason: 'refused' };
  catalog.lostSinceMs = Date.now();
  vi.advanceTimersByTime(11 * 60_000);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain(
    'the store cannot be reached for 300 s (refused): what was known is served, as of revision 3',
  );
  catalog.state = { is: 'live' };
  catalog.lostSinceMs = undefined;
  vi.advanceTimersByTime(60 * 60_000);
  expect(lines).toHaveLength(2);
  watch.close();
});

test('watchStore calls a server stale when its store was away for longer than allowed', () => {
  const { catalog, watch } = watched(60_000);
  catalog.state = { is: 'lost', reason: 'refused' };
  catalog.lostSinceMs = Date.now();
  vi.advanceTimersByTime(60_000);
  expect(watch.status().isStale).toBe(false);
  vi.advanceTimersByTime(1);
  expect(watch.status()).toMatchObject({ isStale: true, lost: { forMs: 60_001, reason: 'refused' } });
  watch.close();
});

test('watchStore has a revision once it is in force, not when it was heard of', () => {
  const { watch } = watched();
  expect([watch.has(3), watch.has(4)]).toEqual([true, false]);
  watch.close();
});
