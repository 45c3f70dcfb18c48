/** Waits for what is going to be true, as long as that may take. */

export class ComeTrue {
  readonly #looks = new Set<() => void>();

  /** Something has changed: whoever waits looks again. */
  readonly look = (): void => {
    for (const look of [...this.#looks]) look();
  };

  /** @returns whether it came true in time */
  within(ms: number, isSo: () => boolean): Promise<boolean> {
    return new Promise<boolean>((resolve) => {
      const look = (): void => {
        if (!isSo()) return;
        clearTimeout(timer);
        this.#looks.delete(look);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#looks.delete(look);
        resolve(false);
      }, ms);
      this.#looks.add(look);
      look();
    });
  }
}
