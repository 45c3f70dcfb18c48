/** Keys without `?`: where one may have started is remembered until a `:` follows, or cannot any more. */
import type { Cursor, Mark } from './cursor.ts';

/** A place where a key may have started. */
export interface SimpleKey {
  possible: boolean;
  /** It stands where only a key can stand, so a `:` must follow. */
  readonly required: boolean;
  readonly tokenNumber: number;
  readonly mark: Mark;
}

/** A simple key is on one line and at most this long. */
const maxLength = 1024;

export class SimpleKeys {
  private readonly cursor: Cursor;
  /** One for the block context and one for each open flow collection. */
  private readonly levels: SimpleKey[] = [];
  /** Token number → index in {@link levels} of the key that was saved with it. */
  private readonly levelByToken = new Map<number, number>();

  constructor(cursor: Cursor) {
    this.cursor = cursor;
  }

  /** That of the innermost level. */
  get current(): SimpleKey {
    return this.levels[this.levels.length - 1]!;
  }

  /** Begins a level, without a key yet. */
  open(tokenNumber: number, mark: Mark): void {
    this.levels.push({ possible: false, required: false, tokenNumber, mark });
  }

  close(): void {
    this.levelByToken.delete(this.levels.pop()!.tokenNumber);
  }

  /** A key may start at the cursor, where the token of this number begins. */
  save(tokenNumber: number, required: boolean): void {
    this.remove();
    this.levels[this.levels.length - 1] = { possible: true, required, tokenNumber, mark: this.cursor.mark() };
    this.levelByToken.set(tokenNumber, this.levels.length - 1);
  }

  /** What stands at the cursor cannot follow a key that is still open. */
  remove(): void {
    const key = this.current;
    if (!key.possible) return;
    if (key.required) throw this.missingColon(key);
    this.forget(key);
  }

  /** It has its `:`, or will not get one. */
  forget(key: SimpleKey): void {
    key.possible = false;
    this.levelByToken.delete(key.tokenNumber);
  }

  /** Whether a `:` at the cursor would make it a key. */
  isValid(key: SimpleKey): boolean {
    if (!key.possible) return false;
    const { cursor } = this;
    if (key.mark.line === cursor.line && key.mark.index + maxLength >= cursor.index) return true;
    if (key.required) throw this.missingColon(key);
    key.possible = false;
    return false;
  }

  /** Whether the token of this number may turn out to be a key, so that a KEY token has to go before it. */
  isUndecided(tokenNumber: number): boolean {
    const level = this.levelByToken.get(tokenNumber);
    const key = level === undefined ? undefined : this.levels[level];
    return key !== undefined && this.isValid(key);
  }

  private missingColon(key: SimpleKey): Error {
    return this.cursor.errorAt("could not find expected ':'", key.mark);
  }
}
