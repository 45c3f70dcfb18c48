/** One line on the terminal that says how far something is, once it takes over a second. */
import type { Output } from './command.ts';

const patienceMs = 1000;
const intervalMs = 200;

export interface ProgressLine {
  show(done: number, total: number): void;
  /** Takes the line away. */
  close(): void;
}

/** @param describe the line's text, of numbers as people write them */
export function openProgressLine(
  stderr: Output,
  describe: (done: string, total: string) => string,
  now: () => number = Date.now,
): ProgressLine {
  let due = now() + patienceMs;
  let shown = false;
  return {
    show: (done, total) => {
      if (!stderr.isTerminal || now() < due) return;
      due = now() + intervalMs;
      shown = true;
      stderr.write(`\r\u001b[K${describe(done.toLocaleString('en'), total.toLocaleString('en'))}`);
    },
    close: () => {
      if (shown) stderr.write('\r\u001b[K');
    },
  };
}
