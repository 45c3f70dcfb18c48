/** Cuts a number of things into parts. */

/** From `from` to `to`, which is excluded. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** @returns so many parts, of nearly one size */
export function rangesOf(total: number, count: number): Range[] {
  return Array.from({ length: count }, (_, index) => ({
    from: Math.floor((total * index) / count),
    to: Math.floor((total * (index + 1)) / count),
  }));
}
