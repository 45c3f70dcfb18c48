import { expect, test } from 'vitest';
import { formatHead, parseRawRequest } from './raw-request.ts';

const packet = (text: string) => Buffer.from(text, 'latin1');

test('parseRawRequest reads a GET whose target has bytes beyond ASCII', () => {
  const request = parseRawRequest(packet('GET /ipxe?asset=\xc3\xa9 HTTP/1.1\r\nHost: x\r\nRange:  bytes=0-1 \r\n\r\n'));
  expect(request).toEqual({
    method: 'GET',
    target: '/ipxe?asset=\xc3\xa9',
    headers: { host: 'x', range: 'bytes=0-1' },
  });
});

test.each([
  ['a target that is ASCII', 'GET /ipxe HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a control character', 'GET /\xe9\t HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['another method', 'POST /\xe9 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a body', 'GET /\xe9 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc'],
  ['half a head', 'GET /\xe9 HTTP/1.1\r\nHost: x\r\n'],
  ['a line that is no header', 'GET /\xe9 HTTP/1.1\r\nno header\r\n\r\n'],
  ['another protocol', 'GET /\xe9 HTTP/2.0\r\nHost: x\r\n\r\n'],
])('parseRawRequest leaves refused: %s', (_, text) => {
  expect(parseRawRequest(packet(text))).toBeUndefined();
});

test('formatHead ends the connection', () => {
  expect(formatHead(404, { 'Content-Length': '0' })).toBe(
    'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
  );
});
