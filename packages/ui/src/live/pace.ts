/** How soon something is asked anew: so that a server that answers slowly is not asked all the time. */

/** Of the time that passes, at most this share is spent waiting for answers. */
const share = 1 / 15;
const longestMs = 20_000;

/** @param leastMs between two questions @param tookMs what the last answer took */
export function pauseAfter(leastMs: number, tookMs: number): number {
  return Math.min(longestMs, Math.max(leastMs, tookMs / share));
}
