// The parser's view of the tokens: one to three can be put back. One reader per tree; all of a text share its lexer.
import { byteLength, quote } from '@matchbox/gotext';
import type { Lexer } from './lexer.ts';
import { isKeyword, type Token } from './token.ts';

/** Tokens with look-ahead. */
export class TokenReader {
  private readonly lexer: Lexer;
  /** The token read last is in front; further ones were put back behind it. */
  private readonly buffer: Token[] = [{ kind: 'eof', position: 0, value: '', line: 0 }];
  private waiting = 0;

  constructor(lexer: Lexer) {
    this.lexer = lexer;
  }

  /** Line of the token read last, which Go gives for an error; 0 before the first. */
  get line(): number {
    return this.buffer[0]!.line;
  }

  /** Place of the token read last. */
  get position(): number {
    return this.buffer[0]!.position;
  }

  next(): Token {
    if (this.waiting > 0) this.waiting--;
    else this.buffer[0] = this.lexer.nextToken();
    return this.buffer[this.waiting]!;
  }

  peek(): Token {
    if (this.waiting === 0) {
      this.buffer[0] = this.lexer.nextToken();
      this.waiting = 1;
    }
    return this.buffer[this.waiting - 1]!;
  }

  /** Puts the token back that `next` gave. */
  backup(): void {
    this.waiting++;
  }

  /** Puts `first` back in front of the token that was looked at last. */
  backup2(first: Token): void {
    this.buffer[1] = first;
    this.waiting = 2;
  }

  /** Puts `first` and `second` back in front of the token that was looked at last. */
  backup3(first: Token, second: Token): void {
    this.buffer[1] = second;
    this.buffer[2] = first;
    this.waiting = 3;
  }

  nextNonSpace(): Token {
    let token = this.next();
    while (token.kind === 'space') token = this.next();
    return token;
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.backup();
    return token;
  }
}

/** How an error names a token. */
export function formatToken(token: Token): string {
  if (token.kind === 'eof') return 'EOF';
  if (token.kind === 'error') return token.value;
  if (isKeyword(token.kind)) return `<${token.value}>`;
  // Go cuts what is longer than ten bytes after ten characters.
  if (byteLength(token.value) > 10) return `${quote([...token.value].slice(0, 10).join(''))}...`;
  return quote(token.value);
}
