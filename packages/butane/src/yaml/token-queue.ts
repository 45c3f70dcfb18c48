/** The tokens that the scanner has read and the parser has not taken. */
import type { Token } from './token.ts';

/** Tokens that were taken are let go of in blocks of this many. */
const blockLength = 1024;

export class TokenQueue {
  private tokens: Token[] = [];
  private head = 0;
  private takenCount = 0;

  /** How many tokens were taken: the number of the first that is not. */
  get taken(): number {
    return this.takenCount;
  }

  get length(): number {
    return this.tokens.length - this.head;
  }

  /** The number that the next token at the end gets. */
  get nextNumber(): number {
    return this.takenCount + this.length;
  }

  first(): Token {
    return this.tokens[this.head]!;
  }

  take(): void {
    this.takenCount++;
    this.head++;
    if (this.head < blockLength) return;
    this.tokens = this.tokens.slice(this.head);
    this.head = 0;
  }

  push(token: Token): void {
    this.tokens.push(token);
  }

  /**
   * Puts a token before the one of this number.
   *
   * Quirk: a key whose token was taken already is put at the end; the grammar refuses it there (apic.go, yaml_insert_token).
   */
  insert(token: Token, tokenNumber: number): void {
    if (tokenNumber < this.takenCount) this.tokens.push(token);
    else this.tokens.splice(this.head + tokenNumber - this.takenCount, 0, token);
  }
}
