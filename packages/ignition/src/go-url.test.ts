import { expect, test } from 'vitest';
import { parseUrl, queryValues } from './go-url.ts';

test.each([
  'http://example.com/a?b#c',
  'HTTP://[::1]:80/',
  'http://[fe80::1%25en0]/',
  'http://user:pass@h/',
  'http://h:/',
  'http://ü.example/',
  'data:,%zz',
  '',
  '*',
  '/a:b',
])('parseUrl reads %s', (url) => {
  expect(parseUrl(url)).toBeDefined();
});

test.each([
  'http://[',
  'http://[::1]a',
  'http://[::g]/',
  'http://h:port/',
  'http://a b/',
  'http://%41/',
  'http://u ser@h/',
  'http://h/%zz',
  ':x',
  'a:b\n',
  '1:b',
  'http://x[::1]/',
])('parseUrl refuses %s', (url) => {
  expect(parseUrl(url)).toBeUndefined();
});

test('parseUrl tells scheme, opaque part and query', () => {
  expect(parseUrl('ARN:aws:s3:::b/k?versionId=1#f')).toEqual({
    scheme: 'arn',
    opaque: 'aws:s3:::b/k',
    rawQuery: 'versionId=1',
  });
});

test('queryValues leaves out pairs that Go cannot read', () => {
  expect(queryValues('v=1&v=%zz&v;=2&%76=a+b&v', 'v')).toEqual(['1', 'a b', '']);
});
