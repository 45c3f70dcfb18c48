/** Writes log lines to standard error, those of one turn of the event loop together, so that a busy server makes few system calls. */
import { writeSync } from 'node:fs';

export interface LogSink {
  write(line: string): void;
  /** Writes what is waiting, at once; for the last words of a process. */
  flush(): void;
}

export function openLogSink(): LogSink {
  let waiting: string[] = [];
  const take = () => {
    const text = waiting.join('');
    waiting = [];
    return text;
  };
  return {
    write: (line) => {
      if (waiting.push(line) === 1) setImmediate(() => waiting.length > 0 && process.stderr.write(take()));
    },
    flush: () => {
      if (waiting.length === 0) return;
      try {
        writeSync(2, take());
      } catch {
        // Nobody reads standard error any more, and there is nobody to tell.
      }
    },
  };
}
