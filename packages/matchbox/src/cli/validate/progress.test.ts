import { expect, test } from 'vitest';
import { showProgress } from './progress.ts';

function terminal(isTerminal: boolean) {
  const written: string[] = [];
  return { written, stderr: { write: (chunk: string | Uint8Array) => void written.push(String(chunk)), isTerminal } };
}

test('showProgress says nothing for a second, then how far it is, and takes the line away', () => {
  const { written, stderr } = terminal(true);
  let now = 0;
  const progress = showProgress({ stderr }, () => now);
  progress.show(100, 10_000);
  now = 1500;
  progress.show(2_000, 10_000);
  progress.show(2_100, 10_000);
  progress.close();
  expect(written).toEqual(['\r\u001b[Kchecked 2,000 of 10,000 groups', '\r\u001b[K']);
});

test('showProgress is silent where stderr is no terminal', () => {
  const { written, stderr } = terminal(false);
  let now = 0;
  const progress = showProgress({ stderr }, () => now);
  now = 5000;
  progress.show(1, 2);
  progress.close();
  expect(written).toEqual([]);
});
