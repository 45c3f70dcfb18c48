import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLogger } from '../log/log.ts';
import { watchExpiry } from './certificate-expiry.ts';

const day = 24 * 60 * 60 * 1000;
beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

test('watchExpiry warns from thirty days before the end on, once a day, and calls the end an error', async () => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', format: 'text', sink: (line) => lines.push(line.trimEnd()) });
  const expiry = watchExpiry({ name: 'HTTPS', certFile: 'a.crt', advice: 'renew it', logger });
  expiry.inUse(new Date(Date.now() + 31.5 * day));
  expect(lines).toEqual([]);
  await vi.advanceTimersByTimeAsync(2 * day);
  expect(lines).toEqual([
    expect.stringMatching(/level=warning msg="HTTPS: a.crt expires on 2026-02-01T12:00:00.000Z; renew it"/),
  ]);
  await vi.advanceTimersByTimeAsync(30 * day);
  expect(lines).toHaveLength(31);
  expect(lines.at(-1)).toMatch(/level=error msg="HTTPS: a.crt expired on/);
  expiry.inUse(new Date(Date.now() + 90 * day));
  await vi.advanceTimersByTimeAsync(10 * day);
  expect(lines).toHaveLength(31);
  expiry.close();
});
