/** When a delivery is tried again, and what an answer means. */

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Pauses after each failed attempt. */
const pausesMs: readonly number[] = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour];

/** Older deliveries are given up. */
export const maxAgeMs = 24 * hour;

export type Verdict =
  | { readonly kind: 'done' }
  /** Try again after so long. */
  | { readonly kind: 'later'; readonly afterMs: number }
  /** This delivery will never be taken. */
  | { readonly kind: 'give_up'; readonly why: string }
  /** The receiver wants no more at all. */
  | { readonly kind: 'gone' };

/**
 * @param status of the answer; undefined when there was none
 * @param attempts that were made, this one included
 * @param random from 0 to 1, so that many deliveries do not come back together
 */
export function judge(
  status: number | undefined,
  attempts: number,
  retryAfterSeconds: number | undefined,
  random: number,
): Verdict {
  if (status !== undefined && status >= 200 && status < 300) return { kind: 'done' };
  if (status === 410) return { kind: 'gone' };
  if (status === 415) return { kind: 'give_up', why: 'the receiver does not understand CloudEvents (415)' };
  const pause = pausesMs[attempts - 1];
  if (pause === undefined) return { kind: 'give_up', why: `${attempts} attempts failed` };
  const asked = status === 429 || status === 503 ? Math.min(retryAfterSeconds ?? 0, 3600) * second : 0;
  return { kind: 'later', afterMs: Math.max(asked, Math.round(pause * (0.8 + 0.4 * random))) };
}
