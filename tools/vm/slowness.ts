/** How slow this computer is just now: time limits of virtual machines, which software emulates, are stretched by it. */
import { createHash } from 'node:crypto';
import { availableParallelism, loadavg } from 'node:os';

/** The work below takes so long on an idle computer on which a machine boots in half a minute. */
const REFERENCE_MS = 150;
const MOST = 10;

/**
 * 1 for a computer that is fast and idle, 10 at most.
 * @param measureMs how long the same work takes now, in milliseconds
 * @param waiting how many programs want a processor, for each that there is: a short measurement may be let through at once where a
 * machine that has worked for long has to share
 */
export function slowness(measureMs: () => number = work, waiting: () => number = load): number {
  return Math.min(Math.max(measureMs() / REFERENCE_MS, waiting(), 1), MOST);
}

function load(): number {
  return (loadavg()[0] ?? 0) / availableParallelism();
}

/**
 * Resolves when the time is over by which something is done on a computer as slow as this one is, which is looked at again at
 * the end: it may have got busy meanwhile.
 * @param ms on a computer that is fast and idle
 * @param pause resolves after so many milliseconds
 * @param now how slow it is at this moment
 * @returns milliseconds that were waited
 */
export async function whenOverdue(
  ms: number,
  pause: (ms: number) => Promise<unknown>,
  now: () => number = slowness,
): Promise<number> {
  let waitedMs = 0;
  for (let limitMs = ms * now(); waitedMs < limitMs; limitMs = ms * now()) {
    const restMs = limitMs - waitedMs;
    await pause(restMs);
    waitedMs += restMs;
  }
  return waitedMs;
}

function work(): number {
  const started = performance.now();
  const bytes = Buffer.alloc(1 << 20);
  for (let i = 0; i < 64; i++) createHash('sha256').update(bytes).digest();
  return performance.now() - started;
}
