import { expect, test, vi } from 'vitest';
import type { Story } from '../answer/answer.ts';
import { createLogger, type LogLevel } from '../log/log.ts';
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
    'level=warning msg="HTTP GET /ipxe?mac=52-54-00-00-00-01" bytes=75 mac="52:54:00:00:00:01" ms=1.3 next="matchbox explain mac=52:54:00:00:00:01" reason="No matching profile: …" remote="192.0.2.7:50000" status=404\n',
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
  expect(lines[2]).toContain('repeated="40 times in 40 s"');
});

/** Time that passes for timers and the clock alike. */
function withTime(work: (context: ReturnType<typeof logged> & { wait: (ms: number) => void }) => void): void {
  vi.useFakeTimers();
  try {
    const context = logged();
    const wait = (ms: number) => {
      for (let left = ms; left > 0; left -= 1000) {
        context.pass(Math.min(left, 1000));
        vi.advanceTimersByTime(Math.min(left, 1000));
      }
    };
    work({ ...context, wait });
  } finally {
    vi.useRealTimers();
  }
}

const noGroup = { reason: 'no_group', message: 'm' } as const;

test('createRequestLog sums a retrying machine up every two minutes', () => {
  withTime(({ lines, finished, wait }) => {
    for (let i = 0; i < 85; i++) {
      finished('/ignition?mac=a', 404, noGroup);
      wait(3000);
    }
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain('level=warning msg="HTTP GET /ignition?mac=a"');
    expect(lines[1]).toContain('repeated="39 times in 2 min"');
    expect(lines[2]).toContain('repeated="40 times in 2 min"');
  });
});

test('createRequestLog writes the sum of a machine that has given up soon after, not at the end', () => {
  withTime(({ lines, log, finished, wait }) => {
    for (let i = 0; i < 3; i++) {
      finished('/ignition?mac=a', 404, noGroup);
      wait(5000);
    }
    wait(15_000);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('repeated="2 times in 10 s"');
    log.close();
    expect(lines).toHaveLength(2);
  });
});

test('createRequestLog never folds a new boot into the last one', () => {
  withTime(({ lines, finished, wait }) => {
    finished('/ipxe?mac=a', 404, noGroup);
    wait(15_000);
    finished('/ipxe?mac=a', 404, noGroup);
    expect(lines.filter((line) => !line.includes('repeated'))).toHaveLength(2);
  });
});

test('createRequestLog takes /boot.ipxe for a new boot, however soon', () => {
  const lines: string[] = [];
  const log = createRequestLog(createLogger({ level: 'info', format: 'text', sink: (line) => lines.push(line) }));
  const finished = (endpoint: string, status: number, address: string) =>
    log.finished({
      request: { method: 'GET', target: `/${endpoint}`, headers: {}, remoteAddress: address },
      status,
      outcome: { endpoint, reason: status === 200 ? 'ok' : 'no_group' },
      bytes: 0,
      milliseconds: 0,
    });
  finished('ipxe', 404, '192.0.2.7:1');
  finished('ipxe', 404, '192.0.2.8:1');
  finished('boot.ipxe', 200, '192.0.2.7:2');
  finished('ipxe', 404, '192.0.2.7:3');
  finished('ipxe', 404, '192.0.2.8:3');
  expect(lines).toHaveLength(4);
  log.close();
});

test('createRequestLog tells of a download that was cut off, and how much was sent', () => {
  const lines: string[] = [];
  const log = createRequestLog(createLogger({ level: 'info', format: 'text', sink: (line) => lines.push(line) }));
  const cut = 'cut off after 10 of 99 bytes: the client is gone or took nothing for too long';
  log.finished({
    request: { method: 'GET', target: '/assets/k', headers: {}, remoteAddress: '192.0.2.7:1' },
    status: 200,
    outcome: { endpoint: 'assets', reason: 'client_gone', cut },
    bytes: 10,
    milliseconds: 0,
  });
  expect(lines[0]).toMatch(
    /level=warning msg="HTTP GET \/assets\/k" bytes=10 ms=0 reason="cut off after 10 of 99 bytes: /,
  );
  log.close();
});

test('createRequestLog keeps little of what is long', () => {
  const { lines, finished } = logged();
  const long = 'u'.repeat(80_000);
  finished('/ipxe', 404, { ...noGroup, labels: new Map([['uuid', long]]), notes: [long], message: long });
  expect(lines[0]!.length).toBeLessThan(6000);
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

test.each([
  ['/machine/report/m-1_b-2_abc?state=running', '/machine/report/...?state=running'],
  ['/machine/report?token=abc&state=running', '/machine/report?token=...&state=running'],
  ['/machine/%72eport/m-1_b-2_abc', '/machine/report/...'],
  ['//machine/./report//m-1_b-2_abc', '/machine/report/...'],
  ['http://x/machine/report/m-1_b-2_abc', '/machine/report/...'],
  ['/machine/report/m-1_b-2_abc%zz', '/machine/report/...'],
  ['/machine/reports/x', '/machine/reports/x'],
  ['/assets/report', '/assets/report'],
])('createRequestLog tells no token of a report: %s', (target, shown) => {
  const { lines, finished } = logged();
  finished(target);
  expect(lines[0]).toContain(`msg="HTTP GET ${shown}"`);
});
