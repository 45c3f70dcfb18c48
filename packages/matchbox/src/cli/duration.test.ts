import { expect, test } from 'vitest';
import { parseDuration } from './duration.ts';

test.each([
  ['0', 0],
  ['0s', 0],
  ['250ms', 250],
  ['25s', 25_000],
  ['15m', 900_000],
  ['1h30m', 5_400_000],
  ['24h', 86_400_000],
])('parseDuration %s', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each(['', '25', 's', '-1s', '1.5s', '1d', '25 s', '25h', '1s1', '9999999999s'])(
  'parseDuration refuses %j',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);
