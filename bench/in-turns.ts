/** Two programs measured in turns, so that both meet the same weather. */
import { median } from './percentile.ts';

/** What both reached in one round. */
export type Pair<Run> = readonly [one: Run, other: Run];

/** A first round, which warms up, is not counted; who goes first changes. */
export async function inTurns<Measured, Run>(
  rounds: number,
  [one, other]: readonly [one: Measured, other: Measured],
  run: (measured: Measured) => Promise<Run>,
): Promise<Pair<Run>[]> {
  const pairs: Pair<Run>[] = [];
  for (let round = 0; round <= rounds; round++) {
    if (round % 2 === 0) pairs.push([await run(one), await run(other)]);
    else {
      const first = await run(other);
      pairs.push([await run(one), first]);
    }
  }
  return pairs.slice(1);
}

/** The median of the ratios, one to the other. */
export function ratio<Run>(pairs: readonly Pair<Run>[], of: (run: Run) => number): number {
  return Number(median(pairs.map(([one, other]) => of(one) / of(other))).toFixed(3));
}
