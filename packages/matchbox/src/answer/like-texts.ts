/** Texts that a template came to before, and what is known of them: the next one mostly differs from one of them in few places. */
import { type Fit, fitOutline, type Outline } from '@matchbox/butane';

interface Known<T> {
  readonly outline: Outline;
  readonly of: T;
}

/** Machines' texts have so many shapes at a time, or nearly each its own. */
const mostKept = 16;

export class LikeTexts<T> {
  private readonly known: Known<T>[] = [];

  /** @returns what is known of a text that has the same shape */
  find(text: string): { readonly fit: Fit; readonly of: T } | undefined {
    for (const { outline, of } of this.known) {
      const fit = fitOutline(outline, text);
      if (fit !== undefined) return { fit, of };
    }
    return undefined;
  }

  /** Takes the place of the oldest where there are many. */
  add(outline: Outline, of: T): void {
    if (this.known.length === mostKept) this.known.shift();
    this.known.push({ outline, of });
  }

  /** In bytes. */
  get weight(): number {
    return this.known.reduce((sum, { outline }) => sum + 2 * outline.text.length, 0);
  }
}
