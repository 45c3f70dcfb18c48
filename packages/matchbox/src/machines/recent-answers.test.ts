import { expect, test } from 'vitest';
import type { GroupEntry } from '../data/file-entry.ts';
import { RecentAnswers } from './recent-answers.ts';

const ok = { reason: 'ok' } as const;

test('isRepeated tells the same question with the same answer within a second or two', () => {
  const recent = new RecentAnswers();
  expect(recent.isRepeated('a', ok, 10_000)).toBe(false);
  expect(recent.isRepeated('a', ok, 10_500)).toBe(true);
  expect(recent.isRepeated('b', ok, 10_500)).toBe(false);
  expect(recent.isRepeated('a', { reason: 'boot_from_disk' }, 10_600)).toBe(false);
  expect(recent.isRepeated('a', { reason: 'boot_from_disk', group: {} as GroupEntry }, 10_700)).toBe(false);
  expect(recent.repeated).toBe(1);
});

test('isRepeated forgets after two seconds at the latest', () => {
  const recent = new RecentAnswers();
  recent.isRepeated('a', ok, 10_000);
  expect(recent.isRepeated('a', ok, 12_001)).toBe(false);
});

test('isRepeated stays within its bound', () => {
  const recent = new RecentAnswers();
  for (let i = 0; i < 20_000; i++) recent.isRepeated(`${i}`, ok, 10_000);
  expect(recent.isRepeated('19999', ok, 10_000)).toBe(true);
  expect(recent.isRepeated('0', ok, 10_000)).toBe(false);
});

test('isRepeated keeps no more of long questions than of short ones', () => {
  const recent = new RecentAnswers();
  const long = 'x'.repeat(16_000);
  for (let i = 0; i < 1000; i++) recent.isRepeated(`${i} ${long}`, ok, 10_000);
  expect(recent.isRepeated(`999 ${long}`, ok, 10_000)).toBe(true);
  expect(recent.isRepeated(`500 ${long}`, ok, 10_000)).toBe(false);
});
