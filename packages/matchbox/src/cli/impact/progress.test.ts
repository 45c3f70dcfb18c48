import { expect, test } from 'vitest';
import type { CommandContext } from '../command.ts';
import { showProgress } from './progress.ts';

async function progressed(isTerminal: boolean, times: readonly number[]): Promise<string[]> {
  const written: string[] = [];
  let time = 0;
  const stderr = { write: (chunk: string | Uint8Array) => void written.push(String(chunk)), isTerminal };
  const context = { stderr, signal: new AbortController().signal } as unknown as CommandContext;
  const progress = showProgress(context, () => time);
  for (const [index, next] of times.entries()) {
    time = next;
    await progress.pause(index * 1000, 10_000);
  }
  progress.close();
  return written;
}

test('progress is shown on a terminal, after a second, now and then', async () => {
  expect(await progressed(true, [500, 1100, 1200, 1400])).toEqual([
    '\r\u001b[Kcompared 1,000 of 10,000 machines',
    '\r\u001b[Kcompared 3,000 of 10,000 machines',
    '\r\u001b[K',
  ]);
  expect(await progressed(true, [500, 900])).toEqual([]);
  expect(await progressed(false, [500, 1100, 1400])).toEqual([]);
});
