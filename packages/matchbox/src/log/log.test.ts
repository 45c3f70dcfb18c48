import { expect, test } from 'vitest';
import { createLogger, formatJsonLine, formatTextLine, parseLogLevel } from './log.ts';

const time = new Date(Date.UTC(2026, 0, 2, 3, 4, 5));

test('formatTextLine writes logrus’s text form: sorted fields, quotes where they are needed', () => {
  const line = formatTextLine(time, 'info', 'HTTP GET /x?a="b"', { z: 1, labels: 'map[]', mac: 'zz', none: undefined });
  expect(line.replace(/^time="[^"]*"/, 'time="T"')).toBe(
    'time="T" level=info msg="HTTP GET /x?a=\\"b\\"" labels="map[]" mac=zz z=1\n',
  );
});

test('formatTextLine writes the local time with its offset', () => {
  const text = /^time="([^"]*)"/.exec(formatTextLine(time, 'info', 'x', {}))?.[1] ?? '';
  expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/);
  expect(new Date(text).getTime()).toBe(time.getTime());
});

test('formatJsonLine writes one object a line', () => {
  expect(JSON.parse(formatJsonLine(time, 'warning', 'a\nb', { status: 503 }))).toEqual({
    time: '2026-01-02T03:04:05.000Z',
    level: 'warning',
    msg: 'a\nb',
    status: 503,
  });
});

test('createLogger writes its own level and what is more urgent', () => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'warning', format: 'text', sink: (line) => lines.push(line) });
  logger.debug('no');
  logger.info('no');
  logger.warn('warn');
  logger.error('error');
  expect(lines.map((line) => /level=(\w+)/.exec(line)?.[1])).toEqual(['warning', 'error']);
});

test('parseLogLevel takes logrus’s levels in any case, and no others', () => {
  expect(['INFO', 'warn', 'Warning', 'trace'].map(parseLogLevel)).toEqual(['info', 'warning', 'warning', 'trace']);
  expect(['critical', 'notice', ''].map(parseLogLevel)).toEqual([undefined, undefined, undefined]);
});

test('formatJsonLine escapes what a terminal would obey or hide, and stays JSON', () => {
  const text = 'a\u009b31m \u202egpj.\u2066 \u200b \ufeff \u2028 \u{e0041} é 😀 \u0007';
  const line = formatJsonLine(new Date(0), 'info', text, { uuid: '\u0085' });
  expect(line).toContain(
    '"msg":"a\\u009b31m \\u202egpj.\\u2066 \\u200b \\ufeff \\u2028 \\udb40\\udc41 é 😀 \\u0007","uuid":"\\u0085"',
  );
  expect(JSON.parse(line)).toMatchObject({ msg: text, uuid: '\u0085' });
});
