/** Writes log lines to standard error, those of a short while together, so that a busy server makes few system calls. */
import { writeSync } from 'node:fs';
import { limits } from '../limits/limits.ts';

export interface LogSink {
  write(line: string): void;
  /** Writes what is waiting, at once; for the last words of a process. */
  flush(): void;
  /**
   * Waits until all is written, for a moment.
   * @returns false when something is not: nobody reads
   */
  close(): Promise<boolean>;
  /** Called when somebody reads again, with the number of lines that were dropped meanwhile. */
  onLoss: ((lines: number) => void) | undefined;
}

/** The part of `process.stderr` that is needed. */
export interface LogStream {
  readonly writableLength: number;
  write(chunk: Uint8Array | string, onWritten?: () => void): boolean;
}

/** A line waits no longer than this; a process that is killed at once loses no more. */
const gatherMs = 20;
/** With this much waiting it is written without more ado. */
const gatherBytes = 64 * 1024;
/** A reader of the log has this long at the end. */
const lastWordsMs = 1_000;

/** @param stream standard error; its descriptor is 2 */
export function openLogSink(stream: LogStream = process.stderr): LogSink {
  // Lines wait as bytes: thousands of strings that live for 20 ms are copied by the garbage collector again and again.
  let waiting = Buffer.allocUnsafeSlow(gatherBytes);
  let length = 0;
  let lines = 0;
  let dropped = 0;
  const take = () => {
    const bytes = waiting.subarray(0, length);
    waiting = Buffer.allocUnsafeSlow(gatherBytes);
    length = 0;
    lines = 0;
    return bytes;
  };
  const written = () => {
    if (dropped === 0 || stream.writableLength > limits.logWaitingBytes / 2) return;
    const count = dropped;
    dropped = 0;
    sink.onLoss?.(count);
  };
  const pass = () => {
    if (length === 0) return;
    if (stream.writableLength + length > limits.logWaitingBytes) {
      dropped += lines;
      length = 0;
      lines = 0;
    } else stream.write(take(), written);
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
  const sink: LogSink = {
    onLoss: undefined,
    write: (line) => {
      // A UTF-16 unit has at most three bytes.
      if (length + line.length * 3 > gatherBytes) pass();
      if (line.length * 3 > gatherBytes) {
        if (stream.writableLength + line.length * 3 > limits.logWaitingBytes) dropped++;
        else stream.write(line, written);
        return;
      }
      if (length === 0) setTimeout(pass, gatherMs);
      length += waiting.write(line, length);
      lines++;
    },
    flush,
    close: () =>
      new Promise((resolve) => {
        pass();
        const timer = setTimeout(() => resolve(false), lastWordsMs);
        // What was written before is written by then, too.
        stream.write('', () => {
          clearTimeout(timer);
          resolve(true);
        });
      }),
  };
  return sink;
}
