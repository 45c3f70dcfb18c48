/** Long work on the event loop, cut into slices between which others have their turn. */

/** Longer than this, in milliseconds, nobody else has to wait. */
const sliceMs = 8;
/** To ask for the time costs more than many an item. */
const itemsPerLook = 16;

/** Does the work for each item in their order; what it throws ends it. */
export async function inSlices<T>(items: Iterable<T>, work: (item: T) => void): Promise<void> {
  let untilMs = performance.now() + sliceMs;
  let count = 0;
  for (const item of items) {
    work(item);
    if (++count % itemsPerLook !== 0 || performance.now() < untilMs) continue;
    await new Promise((resolve) => setImmediate(resolve));
    untilMs = performance.now() + sliceMs;
  }
}
