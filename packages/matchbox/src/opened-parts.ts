/** What was opened at the start, so that all of it is closed where a later part cannot be. */

interface Part {
  /** @param graceMs 0: nobody was promised anything yet */
  close(graceMs?: number): unknown;
}

export class OpenedParts {
  readonly #parts: Part[] = [];

  add<T extends Part | undefined>(part: T): T {
    if (part !== undefined) this.#parts.push(part);
    return part;
  }

  /** The last one first: it asks those before it. */
  async closeAll(): Promise<void> {
    for (const part of this.#parts.splice(0).reverse()) await part.close(0);
  }
}
