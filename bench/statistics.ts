/** What Tinybench measured of a task that has run to its end. */
import type { Statistics, Task } from 'tinybench';

/** @throws Error when the task failed or was not run */
export function statisticsOf({ name, result }: Task): {
  readonly throughput: Statistics;
  readonly latency: Statistics;
} {
  if (!('throughput' in result)) throw new Error(`${name} was not measured: ${result.state}`);
  return result;
}
