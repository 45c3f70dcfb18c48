import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLogger } from '../log/log.ts';
import { noMetrics } from '../log/metrics.ts';
import { explainHandshakeFailure } from './handshake-failure.ts';
import { createHandshakeLog, handshakeFoldMs } from './handshake-log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function logged() {
  const lines: string[] = [];
  let counted = 0;
  const logger = createLogger({ level: 'info', format: 'text', sink: (line) => lines.push(line) });
  const metrics = { ...noMetrics, tlsFailed: () => void counted++ };
  const log = createHandshakeLog({ name: 'HTTPS', logger, metrics });
  const fail = (errorCode: string, address: string) =>
    log.failed(explainHandshakeFailure({ errorCode, errorMessage: '', verifyError: undefined }), address);
  return { lines, log, fail, counted: () => counted };
}

test('createHandshakeLog writes each cause of each client once, then how often it came again; all are counted', async () => {
  const { lines, log, fail, counted } = logged();
  for (let port = 1; port <= 40; port++) fail('ERR_SSL_HTTP_REQUEST', `192.0.2.7:${port}`);
  fail('ECONNRESET', '192.0.2.7:99');
  fail('ECONNRESET', '[2001:db8::1]:99');
  expect(counted()).toBe(42);
  expect(lines.map((line) => /msg="([^"]*)"/.exec(line)?.[1])).toEqual([
    'HTTPS: TLS handshake with 192.0.2.7:1 failed: the client spoke plain HTTP to the TLS port',
    expect.stringContaining('192.0.2.7:99 failed: the client closed the connection'),
    expect.stringContaining('[2001:db8::1]:99 failed: the client closed the connection'),
  ]);
  await vi.advanceTimersByTimeAsync(handshakeFoldMs + 10_000);
  expect(lines.slice(3)).toEqual([expect.stringContaining('reason=plain_http repeated="39 times"')]);
  log.close();
});

test('createHandshakeLog sums up what a scan from many addresses leaves', () => {
  const { lines, log, fail, counted } = logged();
  for (let i = 0; i < 5000; i++) fail('ERR_SSL_WRONG_VERSION_NUMBER', `10.0.${i >> 8}.${i & 255}:1`);
  log.close();
  expect(counted()).toBe(5000);
  expect(lines).toHaveLength(1001);
  expect(lines.at(-1)).toContain('4000 more TLS handshakes with other clients failed');
});
