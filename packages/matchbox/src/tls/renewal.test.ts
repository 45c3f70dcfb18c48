import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openRenewed, renewalIntervalMs } from './renewal.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Two files of one character each that belong together when they are equal. */
async function watched() {
  const now = { cert: 'a', key: 'a' };
  const events: string[] = [];
  const files = { read: async () => '', stamp: async () => now.cert + now.key };
  const load = async () => {
    if (now.cert !== now.key) throw new Error(`${now.cert} is not for ${now.key}`);
    return now.cert;
  };
  const renewed = await openRenewed({ files, paths: ['cert', 'key'], load });
  const watch = renewed.watch({
    onChange: (loaded) => events.push(`use ${loaded}`),
    onError: ({ message }) => events.push(message),
  });
  const looks = (count: number) => vi.advanceTimersByTimeAsync(count * renewalIntervalMs + 1);
  return { now, events, first: renewed.first, watch, looks };
}

test('openRenewed reads at the start, and again only when something changed', async () => {
  const { now, events, first, watch, looks } = await watched();
  expect(first).toBe('a');
  await looks(3);
  expect(events).toEqual([]);
  Object.assign(now, { cert: 'b', key: 'b' });
  await looks(3);
  expect(events).toEqual(['use b']);
  watch.close();
});

test('openRenewed says once that files are broken, and uses them when they are mended', async () => {
  const { now, events, watch, looks } = await watched();
  now.cert = 'b';
  await looks(5);
  expect(events).toEqual(['b is not for a']);
  now.key = 'b';
  await looks(2);
  expect(events).toEqual(['b is not for a', 'use b']);
  watch.close();
});

test('openRenewed does not complain when certificate and key are replaced one after the other', async () => {
  const { now, events, watch, looks } = await watched();
  now.cert = 'b';
  await looks(1);
  now.key = 'b';
  await looks(1);
  expect(events).toEqual(['use b']);
  watch.close();
});

test('openRenewed looks no more once it is closed', async () => {
  const { now, events, watch, looks } = await watched();
  watch.close();
  Object.assign(now, { cert: 'b', key: 'b' });
  await looks(3);
  expect(events).toEqual([]);
});
