import { expect, test } from 'vitest';
import { isForeign, isOwnHost } from './origin.ts';

test.each([
  [undefined, true],
  ['', true],
  ['127.0.0.1:9090', true],
  ['[::1]:9090', true],
  ['::1', true],
  ['localhost:9090', true],
  ['LOCALHOST.', true],
  ['boot1:9090', true],
  ['evil.example:9090', false],
  ['localhost.evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['boot1.evil.example', false],
  ['[evil]:9090', false],
])('isOwnHost of %j is %j', (host, own) => {
  expect(isOwnHost(host, ['boot1'])).toBe(own);
});

test.each([
  [{ host: 'localhost:9090' }, false],
  [{ host: 'localhost:9090', origin: 'http://localhost:9090' }, false],
  [{ host: 'localhost:9090', origin: 'http://evil.example' }, true],
  [{ host: 'localhost:9090', origin: 'null' }, true],
  [{ host: 'localhost:9090', 'sec-fetch-site': 'none' }, false],
  [{ host: 'localhost:9090', 'sec-fetch-site': 'same-origin' }, false],
  [{ host: 'localhost:9090', 'sec-fetch-site': 'cross-site' }, true],
  [{ host: 'localhost:9090', 'sec-fetch-site': 'same-site' }, true],
])('isForeign of %j is %j', (headers, foreign) => {
  expect(isForeign({ method: 'GET', target: '/explain', headers, remoteAddress: '127.0.0.1:1' })).toBe(foreign);
});
