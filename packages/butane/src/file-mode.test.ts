import { expect, test } from 'vitest';
import { looksDecimal } from './file-mode.ts';

test.each([644, 755, 600, 1777, 2755])('looksDecimal finds %d meant as octal', (mode) => {
  expect(looksDecimal(mode, mode !== 644 && mode !== 600)).toBe(true);
});

test.each([0o644, 0o755, 0, 420, 493, 888, 12345, -1])('looksDecimal lets %d pass', (mode) => {
  expect(looksDecimal(mode, false)).toBe(false);
});
