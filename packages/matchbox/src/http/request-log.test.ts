import { expect, test } from 'vitest';
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
