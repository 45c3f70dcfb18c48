/** Runs asynchronous work that concerns different things side by side, and what concerns the same in the order in which it was handed in. */
export class KeyedQueue {
  readonly #mostAtOnce: number;
  /** The last work on each thing that is not done yet. */
  readonly #last = new Map<string, Promise<unknown>>();
  /** All that is not done yet. */
  readonly #open = new Set<Promise<unknown>>();
  /** The last work on everything: what comes later waits for it. */
  #barrier: Promise<unknown> = Promise.resolve();
  #atOnce = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(mostAtOnce: number) {
    this.#mostAtOnce = mostAtOnce;
  }

  /**
   * @param key of the thing; undefined for everything: then it runs alone
   * @returns what the work comes to, its error included; an error does not hold up what comes after it
   */
  run<T>(key: string | undefined, work: () => Promise<T>): Promise<T> {
    const before = key === undefined ? [...this.#open] : [this.#barrier, this.#last.get(key) ?? Promise.resolve()];
    const result = Promise.all(before).then(() => this.#runInTurn(work));
    const done = result.then(
      () => {},
      () => {},
    );
    this.#open.add(done);
    if (key === undefined) this.#barrier = done;
    else this.#last.set(key, done);
    void done.then(() => {
      this.#open.delete(done);
      if (key !== undefined && this.#last.get(key) === done) this.#last.delete(key);
    });
    return result;
  }

  /** Resolves when everything that was handed in so far is done. */
  async idle(): Promise<void> {
    await Promise.all(this.#open);
  }

  async #runInTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#atOnce >= this.#mostAtOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#atOnce++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#atOnce--;
    }
  }
}
