/** Counts what a limit did to clients, and logs it: the first time at once, then once a minute how often. */
import { type BitingLimit, limitTable } from '../limits/limits.ts';
import type { Logger } from '../log/log.ts';
import type { Metrics } from '../log/metrics.ts';

export interface OverloadLog {
  /** @param address of the client that it befell, without its port */
  bit(limit: BitingLimit, address: string): void;
  /** Writes what is summed up still. */
  close(): void;
}

const sumUpMs = 60_000;

export function createOverloadLog(logger: Logger, metrics: Metrics): OverloadLog {
  const counts = new Map<BitingLimit, { times: number; address: string }>();
  const sumUp = () => {
    for (const [limit, { times, address }] of counts) {
      counts.delete(limit);
      if (times === 0) continue;
      // It goes on, most likely: once a minute is enough.
      counts.set(limit, { times: 0, address });
      logger.warn(textOf(limit), { ...fieldsOf(limit), remote: address, repeated: `${times} times in a minute` });
    }
  };
  const timer = setInterval(sumUp, sumUpMs);
  timer.unref();
  return {
    bit: (limit, address) => {
      metrics.limited(limit);
      const known = counts.get(limit);
      if (known) {
        known.times++;
        known.address = address;
        return;
      }
      counts.set(limit, { times: 0, address });
      logger.warn(textOf(limit), { ...fieldsOf(limit), remote: address });
    },
    close: () => {
      clearInterval(timer);
      sumUp();
    },
  };
}

function textOf(limit: BitingLimit): string {
  return `a limit is reached: ${limitTable[limit].about}; ${limitTable[limit].beyond}`;
}

function fieldsOf(limit: BitingLimit): { limit: string } {
  return { limit };
}
