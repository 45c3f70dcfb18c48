/** The processor's time of one thread, for tests of what must not take long: a busy machine takes none of it. */
import { readFileSync } from 'node:fs';

/**
 * Milliseconds that this thread has run, since any beginning; of the clock where the system does not tell.
 * @see https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat
 */
export function threadMs(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ', 1)[0]) / 1e6;
  } catch {
    return performance.now();
  }
}
