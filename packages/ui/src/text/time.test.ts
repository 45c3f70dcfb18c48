import { expect, test } from 'vitest';
import { ago, duration, utc, withUtc } from './time.ts';

test('duration has two units at most', () => {
  expect([0, 999, 83_000, 3_600_000, 90_061_000, 86_400_000 * 40].map(duration)).toEqual([
    '0 s',
    '1 s',
    '1 min 23 s',
    '1 h',
    '1 d 1 h',
    '40 d',
  ]);
});

test('ago says what is under a second, or to come by another clock, as now', () => {
  expect([ago(1000, 1500), ago(5000, 1000), ago(0, 61_000)]).toEqual(['just now', 'just now', '1 min 1 s ago']);
});

test('withUtc has the day of UTC where it is another', () => {
  expect([
    withUtc('2026-11-30 14:53:20', 1_796_000_000_123),
    withUtc('2026-12-01 02:00:00', 1_796_040_000_123),
    withUtc('2026-11-29 19:53:20', 1_796_000_000_123),
  ]).toEqual([
    '2026-11-30 14:53:20 · 00:53:20Z',
    '2026-12-01 02:00:00 · 2026-11-30 12:00:00Z',
    '2026-11-29 19:53:20 · 2026-11-30 00:53:20Z',
  ]);
});

test('utc is a time that programs read', () => {
  expect(utc(1_796_000_000_123)).toBe('2026-11-30T00:53:20Z');
});
