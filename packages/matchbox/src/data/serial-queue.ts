/** Runs asynchronous work one piece at a time, in the order in which it was handed in. */

export interface SerialQueue {
  /** @returns what the work comes to, its error included; an error does not hold up what comes after it */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when everything that was handed in so far is done. */
  idle(): Promise<void>;
}

export function createSerialQueue(): SerialQueue {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run: (work) => {
      const result = last.then(work);
      last = result.catch(() => {});
      return result;
    },
    idle: async () => {
      await last;
    },
  };
}
