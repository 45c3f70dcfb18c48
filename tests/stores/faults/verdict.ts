/** A scenario, and what is said of how it went. */
import type { Engines } from './engines.ts';
import type { Contest, Figures } from './measure.ts';

export interface Verdict {
  /** What was measured, in words. */
  readonly figures: string;
  /** What must never be; '' for nothing. */
  readonly fault: string;
  /** What took longer than it should, on a machine with nothing else to do; '' for nothing. */
  readonly late: string;
}

export interface Scenario {
  /** Of the table of acceptance. */
  readonly row: number;
  readonly name: string;
  readonly engine: 'etcd' | 'postgres';
  /** Part of the short form. */
  readonly isShort: boolean;
  /** Why it cannot run here. */
  readonly obstacle?: string | undefined;
  run(engines: Engines, seconds: number): Promise<Verdict>;
}

export function judge(
  { longestGapMs, acknowledged, refused, lost, slowestMs, divergence }: Figures,
  bars: Bars,
): Verdict {
  const figures = `${acknowledged} acknowledged, ${refused} refused, ${lost} lost; longest gap ${Math.round(longestGapMs)} ms, slowest on a replica ${Math.round(slowestMs)} ms`;
  const faults = [
    lost > 0 && `${lost} acknowledged writes are lost`,
    divergence,
    acknowledged === 0 && 'nothing was written',
  ];
  const late = [
    longestGapMs > bars.gapMs && `writes resume within ${bars.gapMs} ms`,
    slowestMs > bars.slowestMs && `a change is on all replicas within ${bars.slowestMs} ms`,
  ];
  return { figures, fault: faults.filter(Boolean).join('; '), late: late.filter(Boolean).join('; ') };
}

export interface Bars {
  readonly gapMs: number;
  readonly slowestMs: number;
}

export function judgeContest({ calls, won, unknown, unexplained, divergence }: Contest): Verdict {
  const figures = `${calls} calls, ${won} swaps made, ${unknown} of unknown outcome`;
  const faults = [
    unexplained.length > 0 && `not linearizable: ${unexplained.join()}`,
    divergence,
    won === 0 && 'no swap was made',
  ];
  return { figures, fault: faults.filter(Boolean).join('; '), late: '' };
}
