import { expect, test, vi } from 'vitest';
import type { Story } from '../core/answer.ts';
import { createLogger, type LogLevel } from '../core/log.ts';
import { createRequestLog } from './request-log.ts';

function logged(level: LogLevel = 'info') {
  const lines: string[] = [];
  let time = 0;
  const logger = createLogger({
    level,
    format: 'text',
    sink: (line) => lines.push(line.replace(/^time="[^"]*" /, '')),
  });
  const log = createRequestLog(logger, () => time);
  const finished = (target: string, status = 200, story: Partial<Story> = {}, remoteAddress = '192.0.2.7:50000') =>
    log.finished({
      request: { method: 'GET', target, headers: {}, remoteAddress },
      status,
      outcome: {
        endpoint: 'ipxe',
        reason: story.reason ?? 'ok',
        story: { reason: 'ok', labels: new Map(), notes: [], ...story },
      },
      bytes: 75,
      milliseconds: 1.26,
    });
  return { lines, log, finished, pass: (ms: number) => (time += ms) };
}

test('createRequestLog writes one line that tells the story', () => {
  const { lines, finished } = logged();
  const labels = new Map([['mac', '52:54:00:00:00:01']]);
  finished('/ipxe?mac=52-54-00-00-00-01', 404, { labels, reason: 'no_group', message: 'No matching profile: …' });
  expect(lines).toEqual([
    'level=info msg="HTTP GET /ipxe?mac=52-54-00-00-00-01" bytes=75 mac="52:54:00:00:00:01" ms=1.3 reason="No matching profile: …" remote="192.0.2.7:50000" status=404\n',
  ]);
});

test('createRequestLog names the place in the template, and the line of what it rendered to', () => {
  const { lines, finished } = logged();
  const [position, rendered] = ['ignition/a.yaml:7:3', { line: 12, column: 5 }];
  finished('/ignition', 500, { reason: 'butane_error', message: 'a\nb "\x1b[1m', position, rendered });
  expect(lines[0]).toContain(' file="ignition/a.yaml:7:3" ');
  expect(lines[0]).toContain(' reason="a\\nb \\"\\x1b[1m" remote="192.0.2.7:50000" rendered="line 12" status=500\n');
});

test('createRequestLog folds the same failure of the same machine, from whatever port', () => {
  const { lines, log, finished, pass } = logged();
  for (let i = 0; i < 41; i++) {
    finished('/ignition?mac=a', 500, { reason: 'template_error', message: 'm' }, `192.0.2.7:${i}`);
    pass(1000);
  }
  finished('/ignition?mac=a', 500, { reason: 'template_error', message: 'm' }, '192.0.2.8:1');
  expect(lines).toHaveLength(2);
  log.close();
  expect(lines).toHaveLength(3);
  expect(lines[2]).toContain('level=error msg="HTTP GET /ignition?mac=a"');
  expect(lines[2]).toContain('repeated="40 times in 41 s"');
});

test('createRequestLog sums a retrying machine up every two minutes, until it was silent for as long', () => {
  vi.useFakeTimers();
  try {
    const { lines, finished, pass } = logged();
    const wait = (ms: number) => {
      pass(ms);
      vi.advanceTimersByTime(ms);
    };
    const retry = (times: number) => {
      for (let i = 0; i < times; i++) {
        finished('/ignition?mac=a', 404, { reason: 'no_group', message: 'm' });
        wait(3000);
      }
    };
    retry(40);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('level=info msg="HTTP GET /ignition?mac=a"');
    expect(lines[1]).toContain('repeated="39 times in 2 min"');
    retry(40);
    expect(lines).toHaveLength(3);
    expect(lines[2]).toContain('repeated="40 times in 2 min"');
    wait(120_000);
    expect(lines).toHaveLength(3);
    retry(1);
    expect(lines).toHaveLength(4);
    expect(lines[3]).not.toContain('repeated');
  } finally {
    vi.useRealTimers();
  }
});

test('createRequestLog does not mix up machines, statuses or reasons when it folds', () => {
  const { lines, log, finished } = logged();
  const one = { labels: new Map([['mac', 'a']]) };
  const two = { labels: new Map([['mac', 'b']]) };
  finished('/ignition', 404, { ...one, reason: 'no_group', message: 'm' });
  finished('/ignition', 404, { ...two, reason: 'no_group', message: 'm' });
  finished('/ignition', 500, { ...one, reason: 'template_error', message: 'm' });
  finished('/ignition', 500, { ...one, reason: 'template_error', message: 'n' });
  expect(lines).toHaveLength(4);
  finished('/ignition', 500, { ...one, reason: 'template_error', message: 'n' });
  log.close();
  expect(lines).toHaveLength(5);
  expect(lines[4]).toContain('repeated="1 time in 0 s"');
});

test('createRequestLog does not fold what went well, nor anything at debug level', () => {
  const info = logged();
  info.finished('/ipxe');
  info.finished('/ipxe');
  expect(info.lines).toHaveLength(2);
  const debug = logged('debug');
  debug.finished('/ipxe', 404);
  debug.finished('/ipxe', 404);
  expect(debug.lines.filter((line) => line.includes('msg="HTTP GET /ipxe"'))).toHaveLength(2);
});

test('createRequestLog shows bytes that are not UTF-8 and cuts what is endless', () => {
  const { lines, finished } = logged();
  finished('/ipxe?a=\xff');
  finished(`/ipxe?${'a'.repeat(100_000)}`);
  expect(lines[0]).toContain('msg="HTTP GET /ipxe?a=\\xff"');
  expect(lines[1]?.length).toBeLessThan(2500);
});
