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
const gatherBytes = 64 * 1024;

export function openLogSink(): LogSink {
  // Lines wait as bytes: thousands of strings that live for 20 ms are copied by the garbage collector again and again.
  let waiting = Buffer.allocUnsafeSlow(gatherBytes);
  let length = 0;
  const take = () => {
    const bytes = waiting.subarray(0, length);
    waiting = Buffer.allocUnsafeSlow(gatherBytes);
    length = 0;
    return bytes;
  };
  const pass = () => {
    if (length > 0) process.stderr.write(take());
  };
  const flush = () => {
    if (length === 0) return;
    try {
      writeSync(2, take());
    } catch {
      // Nobody reads standard error any more, and there is nobody to tell.
    }
  };
  process.on('exit', flush);
  return {
    write: (line) => {
      // A UTF-16 unit has at most three bytes.
      if (length + line.length * 3 > gatherBytes) pass();
      if (line.length * 3 > gatherBytes) {
        process.stderr.write(line);
        return;
      }
      if (length === 0) setTimeout(pass, gatherMs);
      length += waiting.write(line, length);
    },
    flush,
  };
}
