/**
 * Turns of the event loop for what pages and lists ask: all of them together get one piece of each, so that a machine that asks
 * meanwhile waits for one piece, however many pages are open.
 */

const waiting: (() => void)[] = [];
/** How long a piece is. */
const pieceMs = 0.3;
/** A look at the clock costs as much as some elements. */
const elementsBetweenLooks = 32;

/** Resolves in a turn that is given to nobody else who asks here. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(wakeOne);
  });
}

function wakeOne(): void {
  waiting.shift()!();
  if (waiting.length > 0) setImmediate(wakeOne);
}

/**
 * Looks at one element after the other, in as many turns as that takes.
 * @param betweenLooks elements that take some microseconds together; a look at the clock costs a tenth of one
 */
export async function eachInTurns<T>(
  elements: readonly T[],
  look: (element: T) => void,
  betweenLooks: number = elementsBetweenLooks,
): Promise<void> {
  for (let next = 0; next < elements.length; ) {
    await nextTurn();
    const endMs = performance.now() + pieceMs;
    do {
      const end = Math.min(elements.length, next + betweenLooks);
      while (next < end) look(elements[next++]!);
    } while (next < elements.length && performance.now() < endMs);
  }
}
