import { expect, test } from 'vitest';
import { makeToken, readToken } from './token.ts';

const claim = { machine: 'm-k3v9', boot: 'b-1a2b' };

test('readToken believes what makeToken made, and has only letters that no template touches', () => {
  const token = makeToken(claim, 'secret');
  expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(readToken(token, 'secret')).toEqual(claim);
});

test('readToken believes nothing else', () => {
  const token = makeToken(claim, 'secret');
  for (const wrong of [
    '',
    'x',
    token.slice(0, -1),
    `${token}x`,
    token.replace('k3v9', 'k3v8'),
    token.replace('1a2b', '1a2c'),
    'a'.repeat(300_000),
  ]) {
    expect(readToken(wrong, 'secret')).toBeUndefined();
  }
  expect(readToken(token, 'other')).toBeUndefined();
});
