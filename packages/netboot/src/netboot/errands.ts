/** Work that is done again and again beside the answers, one at a time of a kind, until the end. */

export class Errands {
  readonly #onError: (error: Error) => void;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #working = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();

  constructor(onError: (error: Error) => void) {
    this.#onError = onError;
  }

  /** Aborted when nothing more is to be begun. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  every(ms: number, work: () => Promise<unknown>): void {
    let working = false;
    const once = async () => {
      // One at a time of a kind; of different kinds none waits for another.
      if (working) return;
      working = true;
      await work().finally(() => {
        working = false;
      });
    };
    this.#timers.push(setInterval(() => this.run(once), ms));
  }

  run(work: () => Promise<unknown>): void {
    if (this.signal.aborted) return;
    const running: Promise<unknown> = work()
      .catch((error: unknown) => this.#onError(error as Error))
      .finally(() => this.#working.delete(running));
    this.#working.add(running);
  }

  /** To be called first when the server ends. */
  stop(): void {
    this.#closing.abort();
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** Resolves when nothing is done any more. */
  async ended(): Promise<void> {
    await Promise.all(this.#working);
  }
}
