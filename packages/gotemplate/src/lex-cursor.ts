// A template's text while it is cut into tokens: where the lexer is, and what the rules of tokens ask of it.

import { isStrayByte } from '@matchbox/gotext';
import { describeRune } from './rune.ts';
import type { Token, TokenKind } from './token.ts';

/** What opens and closes an action, and whether `break` and `continue` are keywords. */
export interface LexerOptions {
  readonly leftDelim: string;
  readonly rightDelim: string;
  readonly breakOk: boolean;
  readonly continueOk: boolean;
}

export const endOfText = -1;
const wordCharacter = /^[\p{L}\p{Nd}]$/u;

/** A step of the lexer: produces a token, or undefined to take the next step. */
export type Step = (cursor: LexCursor) => Token | undefined;

/** A text and how far it has been read. Positions are UTF-16 units; Go's are bytes. */
export class LexCursor {
  text: string;
  position = 0;
  start = 0;
  line = 1;
  startLine = 1;
  parenDepth = 0;
  insideAction = false;
  readonly options: LexerOptions;

  constructor(text: string, options: LexerOptions) {
    this.text = text;
    this.options = options;
  }

  /** The step after one that produced no token. */
  following: Step | undefined;

  peek(): number {
    const code = this.text.codePointAt(this.position);
    return code === undefined ? endOfText : code;
  }

  next(): number {
    const code = this.peek();
    if (code === endOfText) return code;
    this.position += code > 0xffff ? 2 : 1;
    if (code === 10) this.line++;
    return code;
  }

  backup(code: number): void {
    if (code === endOfText) return;
    this.position -= code > 0xffff ? 2 : 1;
    if (code === 10) this.line--;
  }

  emit(kind: TokenKind): Token {
    const value = this.text.slice(this.start, this.position);
    const token = { kind, position: this.start, value, line: this.startLine };
    this.start = this.position;
    this.startLine = this.line;
    return token;
  }

  /** Moves past text that becomes no token, counting its lines. */
  skipTo(position: number): void {
    this.position = position;
    this.line += countLines(this.text, this.start, position);
    this.start = position;
    this.startLine = this.line;
  }

  /** An error token; the rest of the text is dropped. */
  fail(message: string): Token {
    const token: Token = { kind: 'error', position: this.start, value: message, line: this.startLine };
    this.text = '';
    this.position = 0;
    this.start = 0;
    return token;
  }

  /** The word since the last token. */
  get pending(): string {
    return this.text.slice(this.start, this.position);
  }

  accept(characters: string): boolean {
    const unit = this.text[this.position];
    if (unit === undefined || !characters.includes(unit)) return false;
    this.position++;
    return true;
  }

  acceptRun(characters: string): void {
    while (this.accept(characters));
  }

  /** Whether a right delimiter is here, and whether it has a trim marker before it. */
  atRightDelim(): { found: boolean; trims: boolean } {
    const { rightDelim } = this.options;
    if (this.hasTrimMarkerBefore(this.position) && this.text.startsWith(rightDelim, this.position + 2)) {
      return { found: true, trims: true };
    }
    return { found: this.text.startsWith(rightDelim, this.position), trims: false };
  }

  hasTrimMarkerBefore(at: number): boolean {
    return isSpace(this.text.charCodeAt(at)) && this.text[at + 1] === '-';
  }

  /** Whether what is here may follow a name. */
  atTerminator(): boolean {
    const code = this.peek();
    if (code === endOfText || isSpace(code) || '.,|:)('.includes(String.fromCodePoint(code))) return true;
    return this.text.startsWith(this.options.rightDelim, this.position);
  }
}

/** Whether the character is white space to a template. */
export function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 13 || code === 10;
}

/** Whether the character may stand in a name. */
export function isAlphanumeric(code: number): boolean {
  if (code < 0x80) return /\w/.test(String.fromCharCode(code));
  return code !== endOfText && wordCharacter.test(String.fromCodePoint(code));
}

/** Line feeds between two positions. */
export function countLines(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = from; at < to; at++) if (text.charCodeAt(at) === 10) lines++;
  return lines;
}

/** A character as errors show it. */
export function describeCode(code: number): string {
  return describeRune(isStrayByte(code) ? 0xfffd : code);
}
