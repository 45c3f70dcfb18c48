/** Whether tests with many like cases run all of them (`MATCHBOX_LONG_TESTS=1`), or so many of each kind as CI has time for. */
export const isLongForm = process.env['MATCHBOX_LONG_TESTS'] === '1';

/** All of them in the long form, every so many-th of them otherwise, beginning at `first`. */
export function some<T>(all: readonly T[], every: number, first = 0): readonly T[] {
  return isLongForm ? all : all.filter((_, index) => index % every === first % every);
}
