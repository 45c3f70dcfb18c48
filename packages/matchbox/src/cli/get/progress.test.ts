import { expect, test } from 'vitest';
import { progressText, showProgress } from './progress.ts';

test('progressText: bar, share, amount, rate and time left in one line that fits', () => {
  expect(progressText('kernel', { doneBytes: 45_000_000, sizeBytes: 100_000_000, rate: 5_000_000 }, 80)).toBe(
    'kernel  [##############----------------]   45 %  45.0/100.0 MB  5.0 MB/s  0:11',
  );
  expect(
    progressText('a-very-long-name-of-a-file-that-goes-on.img', { doneBytes: 1, sizeBytes: 2, rate: 0 }, 60),
  ).toHaveLength(60);
});

test('progressText: without a size only the amount', () => {
  expect(progressText('kernel', { doneBytes: 1_500_000, sizeBytes: undefined, rate: 500_000 }, 80)).toBe(
    'kernel  1.5 MB  0.5 MB/s',
  );
});

test('showProgress: no carriage returns or escapes where there is no terminal', () => {
  let written = '';
  let time = 0;
  const progress = showProgress({ write: (chunk) => (written += chunk), isTerminal: false }, 'kernel', () => time);
  progress.update(10, 100);
  time = 10_000;
  progress.update(50, 100);
  progress.finish('done');
  expect(written).not.toMatch(/[\r\x1b]/);
  expect(written.split('\n')).toHaveLength(3);
});
