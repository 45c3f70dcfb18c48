import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Request } from '../http/message.ts';
import type { FromWorker, ToWorker } from './message.ts';
import { openPrimary } from './primary.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A worker’s end of the channel, and what it sends. */
function opened() {
  const sent: FromWorker<string, string>[] = [];
  let hear: (message: object) => void = () => {};
  const primary = openPrimary<string, string, string>({
    send: (message) => void sent.push(message as FromWorker<string, string>),
    onMessage: (listener) => {
      hear = listener;
    },
  });
  return { primary, sent, hear: (message: ToWorker<string>) => hear(message) };
}

const asked = (target: string, more: Partial<Request> = {}): Request => ({
  ...{ method: 'GET', target, headers: {}, remoteAddress: '192.0.2.1:1' },
  ...more,
});
const ok = {
  ...{ status: 200, headers: {}, body: new Uint8Array() },
  outcome: { endpoint: 'readyz', reason: 'ok' },
};

test('handOn waits for /readyz as long as whoever asks may wait, and for nothing else', async () => {
  const { primary, hear } = opened();
  const ready = primary.handOn(asked('/readyz?revision=7&wait=30'));
  const other = primary.handOn(asked('/machine/report'));
  await vi.advanceTimersByTimeAsync(5000);
  expect((await other).status).toBe(503);
  await vi.advanceTimersByTimeAsync(25_000);
  hear({ is: 'response', id: 1, response: ok });
  expect((await ready).status).toBe(200);
});

test('handOn tells the primary that the client is gone', async () => {
  const { primary, sent } = opened();
  let gone = false;
  const request = asked('/readyz?revision=7&wait=30');
  Object.defineProperty(request, 'gone', { get: () => gone });
  const ready = primary.handOn(request);
  await vi.advanceTimersByTimeAsync(1000);
  expect(sent.map(({ is }) => is)).toEqual(['request']);
  gone = true;
  await vi.advanceTimersByTimeAsync(200);
  expect(sent.at(-1)).toEqual({ is: 'gone', id: 1 });
  expect((await ready).status).toBe(503);
});
