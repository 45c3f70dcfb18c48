import { expect, test } from 'vitest';
import type { GroupEntry } from '../data/file-entry.ts';
import { RecentAnswers } from './recent-answers.ts';

const ok = { reason: 'ok' } as const;
const asked = (target: string, remoteAddress = '192.0.2.7:1024') => ({ target, remoteAddress });

test('isRepeated tells the same question with the same answer within two seconds', () => {
  const recent = new RecentAnswers();
  expect(recent.isRepeated(asked('a'), ok, 10_000)).toBe(false);
  expect(recent.isRepeated(asked('a', '192.0.2.7:1025'), ok, 11_999)).toBe(true);
  expect(recent.isRepeated(asked('b'), ok, 11_999)).toBe(false);
  expect(recent.isRepeated(asked('a'), { reason: 'boot_from_disk' }, 11_999)).toBe(false);
  expect(recent.isRepeated(asked('a'), { reason: 'boot_from_disk', group: {} as GroupEntry }, 11_999)).toBe(false);
  expect(recent.repeated).toBe(1);
});

test('isRepeated takes the same question from elsewhere for another', () => {
  const recent = new RecentAnswers();
  recent.isRepeated(asked('a', '[2001:db8::7]:1024'), ok, 10_000);
  expect(recent.isRepeated(asked('a', '[2001:db8::7]:80'), ok, 10_000)).toBe(true);
  expect(recent.isRepeated(asked('a', '[2001:db8::71]:80'), ok, 10_000)).toBe(false);
  expect(recent.isRepeated(asked('a', '[2001:db8::71]:81'), ok, 10_000)).toBe(true);
});

test('isRepeated has who goes on asking told once in two seconds', () => {
  const recent = new RecentAnswers();
  const told = Array.from({ length: 60 }, (_, i) => 10_000 + i * 100).filter(
    (at) => !recent.isRepeated(asked('a'), ok, at),
  );
  expect(told).toEqual([10_000, 12_000, 14_000]);
});

test('what was forgotten is to be told again', () => {
  const recent = new RecentAnswers();
  recent.isRepeated(asked('a'), ok, 10_000);
  recent.forget('a');
  expect(recent.isRepeated(asked('a'), ok, 10_000)).toBe(false);
});

test('isRepeated stays within its bound', () => {
  const recent = new RecentAnswers();
  for (let i = 0; i < 30_000; i++) recent.isRepeated(asked(`${i}`), ok, 10_000);
  expect(recent.isRepeated(asked('29999'), ok, 10_000)).toBe(true);
  expect(recent.isRepeated(asked('0'), ok, 10_000)).toBe(false);
});

test('isRepeated keeps no more of long questions than of short ones', () => {
  const recent = new RecentAnswers();
  const long = 'x'.repeat(16_000);
  for (let i = 0; i < 1000; i++) recent.isRepeated(asked(`${i} ${long}`), ok, 10_000);
  expect(recent.isRepeated(asked(`999 ${long}`), ok, 10_000)).toBe(true);
  expect(recent.isRepeated(asked(`500 ${long}`), ok, 10_000)).toBe(false);
});
