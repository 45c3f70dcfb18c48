import { expect, test } from 'vitest';
import { createAttempts } from './attempts.ts';

const from = (address: string, user = 'alice') =>
  [
    { kind: 'address', value: address },
    { kind: 'user', value: user },
  ] as const;

test('createAttempts makes each failure of an address beyond the fifth wait twice as long, a quarter of an hour at most', () => {
  let now = 0;
  const attempts = createAttempts(() => now);
  const waits: number[] = [];
  for (let failure = 0; failure < 20; failure++) {
    attempts.failed(from('192.0.2.1', `user${failure}`));
    waits.push(attempts.waitMs(from('192.0.2.1', 'other')));
    now += waits.at(-1)!;
  }
  expect(waits.slice(0, 8)).toEqual([0, 0, 0, 0, 1000, 2000, 4000, 8000]);
  expect(waits.at(-1)).toBe(900_000);
});

test('createAttempts makes a user wait whoever asks, a minute at most, and forgets after a success', () => {
  let now = 0;
  const attempts = createAttempts(() => now);
  for (let failure = 0; failure < 40; failure++) attempts.failed(from(`192.0.2.${failure}`));
  expect(attempts.waitMs(from('198.51.100.1'))).toBe(60_000);
  expect(attempts.waitMs(from('198.51.100.1', 'bob'))).toBe(0);
  now = 60_000;
  expect(attempts.waitMs(from('198.51.100.1'))).toBe(0);
  attempts.succeeded(from('198.51.100.1'));
  attempts.failed(from('198.51.100.1'));
  expect(attempts.waitMs(from('198.51.100.1'))).toBe(0);
});

test('createAttempts takes a network of IPv6 for one address', () => {
  const attempts = createAttempts(() => 0);
  for (let failure = 0; failure < 5; failure++) attempts.failed(from(`2001:db8:0:1::${failure}`, `user${failure}`));
  expect(attempts.waitMs(from('2001:db8:0:1:ffff::1', 'other'))).toBe(1000);
  expect(attempts.waitMs(from('2001:db8:0:2::1', 'other'))).toBe(0);
});
