/** Lets signals and others in between machines, and shows how far the comparison is once it takes over a second. */
import { setImmediate } from 'node:timers/promises';
import type { CommandContext } from '../command.ts';
import { ImpactError } from './error.ts';

const patienceMs = 1000;
const intervalMs = 200;

export interface Progress {
  /** @throws ImpactError `stopped` once the user has had enough */
  pause(done: number, total: number): Promise<void>;
  /** Takes the line away. */
  close(): void;
}

export function showProgress({ stderr, signal }: CommandContext, now: () => number = Date.now): Progress {
  let due = now() + patienceMs;
  let shown = false;
  return {
    pause: async (done, total) => {
      await setImmediate();
      if (signal.aborted) throw new ImpactError('stopped', `stopped after ${done} of ${total} machines`);
      if (!stderr.isTerminal || now() < due) return;
      due = now() + intervalMs;
      shown = true;
      stderr.write(`\r\u001b[Kcompared ${done.toLocaleString('en')} of ${total.toLocaleString('en')} machines`);
    },
    close: () => {
      if (shown) stderr.write('\r\u001b[K');
    },
  };
}
