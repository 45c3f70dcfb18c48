import { expect, test } from 'vitest';
import { countTests, failedFiles } from './results.ts';

const run = (...files: readonly [name: string, status: string, ...tests: string[]][]) =>
  JSON.stringify({
    testResults: files.map(([name, status, ...tests]) => ({
      name,
      status,
      assertionResults: tests.map((each) => ({ status: each })),
    })),
  });
const first = run(['/a', 'passed', 'passed', 'skipped'], ['/b', 'failed', 'passed', 'failed'], ['/c', 'failed']);

test('failedFiles names the files in which something failed', () => {
  expect(failedFiles(first)).toEqual(['/b', '/c']);
});

test('countTests counts tests, and a file that fails as a whole as one', () => {
  expect(countTests(first)).toEqual({ passed: 2, failed: 2 });
});

test('countTests takes the second run of a file that was run twice', () => {
  const second = run(['/b', 'passed', 'passed', 'passed'], ['/c', 'failed', 'failed', 'failed', 'passed']);
  expect(countTests(first, second)).toEqual({ passed: 4, failed: 2 });
});
