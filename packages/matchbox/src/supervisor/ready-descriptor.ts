/** Tells a supervisor over a pipe that machines are served: a line break, as s6 wants it (`notification-fd`). */
import { closeSync, writeSync } from 'node:fs';

/** Whoever reads the pipe may have gone: that is no reason not to serve. */
export function tellReady(descriptor: number): void {
  try {
    writeSync(descriptor, '\n');
    closeSync(descriptor);
  } catch {
    // See above.
  }
}

/** @returns undefined for what is no descriptor above those of the standard streams */
export function parseDescriptor(text: string): number | undefined {
  return /^\d{1,4}$/.test(text) && Number(text) > 2 ? Number(text) : undefined;
}
