/** Writes log lines to standard error, those of a short while together, so that a busy server makes few system calls. */
import { writeSync } from 'node:fs';

export interface LogSink {
  write(line: string): void;
  /** Writes what is waiting, at once; for the last words of a process. */
  flush(): void;
}

/** A line waits no longer than this; a process that is killed at once loses no more. */
const gatherMs = 20;
/** With this much waiting it is written without more ado. */
const enoughBytes = 64 * 1024;

export function openLogSink(): LogSink {
  let waiting = '';
  const take = () => {
    const text = waiting;
    waiting = '';
    return text;
  };
  const pass = () => {
    if (waiting !== '') process.stderr.write(take());
  };
  const flush = () => {
    if (waiting === '') return;
    try {
      writeSync(2, take());
    } catch {
      // Nobody reads standard error any more, and there is nobody to tell.
    }
  };
  process.on('exit', flush);
  return {
    write: (line) => {
      if (waiting === '') setTimeout(pass, gatherMs);
      waiting += line;
      if (waiting.length > enoughBytes) pass();
    },
    flush,
  };
}
