/** Waiting for something that happens soon. */

/** Waits until `condition()` is true; fails the test after a while. */
export async function until(condition: () => boolean, what: string, withinMs = 600_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
