import { expect, test } from 'vitest';
import { evaluatePreconditions } from './preconditions.ts';

const modifiedAt = Date.UTC(2022, 4, 6, 7, 8, 9) / 1000;
const exact = 'Fri, 06 May 2022 07:08:09 GMT';
const before = 'Fri, 06 May 2022 07:08:08 GMT';

test.each([
  ['GET', { 'if-modified-since': exact }, 304],
  ['GET', { 'if-modified-since': before }, undefined],
  ['POST', { 'if-modified-since': exact }, undefined],
  ['GET', { 'if-unmodified-since': before }, 412],
  ['GET', { 'if-match': '*', 'if-unmodified-since': before }, undefined],
  ['GET', { 'if-match': '"a", *' }, undefined],
  ['GET', { 'if-match': '"a"' }, 412],
  ['GET', { 'if-match': 'a, *' }, 412],
  ['GET', { 'if-none-match': '*' }, 304],
  ['PUT', { 'if-none-match': '*' }, 412],
  ['GET', { 'if-none-match': 'W/"a"', 'if-modified-since': exact }, undefined],
])('evaluatePreconditions of %s %j gives %s', (method, headers, wanted) => {
  expect(evaluatePreconditions(method, headers, modifiedAt).status).toBe(wanted);
});

test.each([
  ['GET', exact, 'bytes=0-1'],
  ['GET', before, ''],
  ['GET', '"tag"', ''],
  ['POST', before, 'bytes=0-1'],
])('evaluatePreconditions of %s with If-Range %s leaves the range %j', (method, ifRange, wanted) => {
  const headers = { range: 'bytes=0-1', 'if-range': ifRange };
  expect(evaluatePreconditions(method, headers, modifiedAt).range).toBe(wanted);
});

test('evaluatePreconditions ignores dates when the content has none', () => {
  const headers = { 'if-modified-since': exact, 'if-unmodified-since': before };
  expect(evaluatePreconditions('GET', headers, undefined).status).toBeUndefined();
});
