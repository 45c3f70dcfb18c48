/** Lets signals and others in between machines, and shows how far the comparison is. */
import { setImmediate } from 'node:timers/promises';
import type { CommandContext } from '../command.ts';
import { openProgressLine } from '../progress-line.ts';
import { ImpactError } from './error.ts';

export interface Progress {
  /** @throws ImpactError `stopped` once the user has had enough */
  pause(done: number, total: number): Promise<void>;
  /** Takes the line away. */
  close(): void;
}

export function showProgress({ stderr, signal }: CommandContext, now: () => number = Date.now): Progress {
  const line = openProgressLine(stderr, (done, total) => `compared ${done} of ${total} machines`, now);
  return {
    pause: async (done, total) => {
      await setImmediate();
      if (signal.aborted) throw new ImpactError('stopped', `stopped after ${done} of ${total} machines`);
      line.show(done, total);
    },
    close: line.close,
  };
}
