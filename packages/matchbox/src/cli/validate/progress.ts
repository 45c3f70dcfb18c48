/** Shows how far the check is once it takes over a second. */
import type { CommandContext } from '../command.ts';

const patienceMs = 1000;
const intervalMs = 200;

export interface Progress {
  show(done: number, total: number): void;
  /** Takes the line away. */
  close(): void;
}

export function showProgress({ stderr }: Pick<CommandContext, 'stderr'>, now: () => number = Date.now): Progress {
  let due = now() + patienceMs;
  let shown = false;
  return {
    show: (done, total) => {
      if (!stderr.isTerminal || now() < due) return;
      due = now() + intervalMs;
      shown = true;
      stderr.write(`\r\u001b[Kchecked ${done.toLocaleString('en')} of ${total.toLocaleString('en')} groups`);
    },
    close: () => {
      if (shown) stderr.write('\r\u001b[K');
    },
  };
}
