/** What was asked for lately, by a text that strangers write: bounded in number and in characters, and nothing is moved about when it is asked for again. */
import { limits } from '../limits/limits.ts';

/** Of the younger half; the older half has as many at most. */
const { recentQuestions: mostEntries, recentQuestionsLength: mostCharacters } = limits;

export class Lately<T> {
  #current = new Map<string, T>();
  /** What was not asked for since there was too much. */
  #before = new Map<string, T>();
  #characters = 0;

  get(key: string): T | undefined {
    const known = this.#current.get(key);
    if (known !== undefined) return known;
    const older = this.#before.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: string, value: T): void {
    if (this.#current.size >= mostEntries || this.#characters > mostCharacters) {
      this.#before = this.#current;
      this.#current = new Map();
      this.#characters = 0;
    }
    this.#characters += key.length;
    this.#current.set(key, value);
  }

  delete(key: string): void {
    this.#current.delete(key);
    this.#before.delete(key);
  }
}
