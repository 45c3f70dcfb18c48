import { expect, test } from 'vitest';
import { createHostList } from './host-list.ts';
import { judge } from './judge.ts';

const hosts = createHostList(8082, [], 80);
const host = ['127.0.0.1:8082'];
const json = ['application/json'];
const status = (method: string, headers: Record<string, readonly string[]>) =>
  judge({ method, headers }, hosts, 'http')?.status;

test('judge looks at the name first, whatever is asked', () => {
  expect(status('GET', { host: ['evil.example'] })).toBe(421);
  expect(status('POST', { host: ['evil.example'], origin: ['http://evil.example'], 'content-type': json })).toBe(421);
  expect(status('GET', { host: ['127.0.0.1:8082', 'evil.example'] })).toBe(421);
  expect(status('GET', {})).toBe(421);
});

test('judge lets a POST in from the same origin alone', () => {
  const post = (headers: Record<string, readonly string[]>) =>
    status('POST', { host, 'content-type': json, ...headers });
  expect(post({ origin: ['http://127.0.0.1:8082'] })).toBe(undefined);
  expect(post({ 'sec-fetch-site': ['same-origin'] })).toBe(undefined);
  expect(post({ origin: ['http://127.0.0.1:8082'], 'sec-fetch-site': ['same-origin'] })).toBe(undefined);
  const refused: Record<string, readonly string[]>[] = [
    {},
    { origin: ['null'] },
    { origin: ['http://127.0.0.1:8083'] },
    { origin: ['https://127.0.0.1:8082'] },
    { origin: ['http://localhost:8082'] },
    { origin: ['http://evil.example'] },
    { origin: ['http://127.0.0.1:8082', 'http://evil.example'] },
    { origin: ['http://127.0.0.1:8082'], 'sec-fetch-site': ['same-site'] },
    { 'sec-fetch-site': ['same-site'] },
    { 'sec-fetch-site': ['none'] },
    { 'sec-fetch-site': ['cross-site'] },
  ];
  expect(refused.map(post)).toEqual(refused.map(() => 403));
});

test('judge refuses bodies that a form of another page can send', () => {
  const post = (type: string) => status('POST', { host, origin: ['http://127.0.0.1:8082'], 'content-type': [type] });
  expect(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''].map(post)).toEqual([
    415, 415, 415, 415,
  ]);
  expect(['application/json', 'application/proto', 'application/connect+proto'].map(post)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('judge knows three methods', () => {
  expect(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'].map((method) => status(method, { host }))).toEqual([
    undefined,
    undefined,
    405,
    405,
    405,
    405,
  ]);
});
