/** What becomes of an answer, by the statuses before and after. */
import type { AnswerChange } from './compare-machine.ts';

/** Worst first, which is the order of the report. */
export const verdicts = {
  error: 'would get an error',
  hold: 'would be on hold',
  lost: 'would get no answer any more',
  changed: 'would get another answer',
  gained: 'would get an answer that they do not get now',
  mended: 'would get an answer instead of an error',
  reason: 'would get no answer either way, for another reason',
  incomparable: 'cannot be compared: both versions fail in the same way',
} as const;

export type Verdict = keyof typeof verdicts;

export function verdictOf(change: AnswerChange): Verdict {
  if (change.isIncomparable) return 'incomparable';
  const [before, after] = [change.before.status, change.after.status];
  if (after === before) return after === 200 ? 'changed' : 'reason';
  if (after === 500) return 'error';
  if (after === 503) return 'hold';
  if (after === 200) return before === 404 ? 'gained' : 'mended';
  return before === 200 ? 'lost' : 'reason';
}
