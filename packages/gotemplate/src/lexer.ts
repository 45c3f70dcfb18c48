// Cuts a template's text into tokens, one at a time, as the parser asks for them.
import { isByteEscape } from './byte-string.ts';
import { describeRune, quote } from './quote.ts';
import { isKeyword, type Token, type TokenKind } from './token.ts';

/** What opens and closes an action, and whether `break` and `continue` are keywords. */
export interface LexerOptions {
  readonly leftDelim: string;
  readonly rightDelim: string;
  readonly breakOk: boolean;
  readonly continueOk: boolean;
}

const endOfText = -1;
const wordCharacter = /^[\p{L}\p{Nd}]$/u;
const leftComment = '/*';
const rightComment = '*/';

/** A step of the lexer: produces a token, or undefined to take the next step. */
type Step = (lexer: Lexer) => Token | undefined;

/** The lexer: a text and how far it has been read. Positions are UTF-16 units; Go's are bytes. */
export class Lexer {
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

  /** The next token; after the end always `eof`. */
  nextToken(): Token {
    let step: Step = this.insideAction ? lexInsideAction : lexText;
    for (;;) {
      const token = step(this);
      if (token !== undefined) return token;
      step = this.following;
    }
  }

  /** The step after one that produced no token. */
  following: Step = lexText;

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
function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 13 || code === 10;
}

function isAlphanumeric(code: number): boolean {
  if (code < 0x80) return /\w/.test(String.fromCharCode(code));
  return code !== endOfText && wordCharacter.test(String.fromCodePoint(code));
}

function countLines(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = from; at < to; at++) if (text.charCodeAt(at) === 10) lines++;
  return lines;
}

function lexText(lexer: Lexer): Token | undefined {
  const { leftDelim } = lexer.options;
  const { text } = lexer;
  const found = text.indexOf(leftDelim, lexer.position);
  if (found < 0) {
    lexer.line += countLines(text, lexer.start, text.length);
    lexer.position = text.length;
    return lexer.emit(lexer.position > lexer.start ? 'text' : 'eof');
  }
  lexer.following = lexLeftDelim;
  if (found === lexer.position) return undefined;
  let end = found;
  if (hasLeftTrimMarker(text, found + leftDelim.length)) {
    while (end > lexer.start && isSpace(text.charCodeAt(end - 1))) end--;
  }
  lexer.line += countLines(text, lexer.start, end);
  lexer.position = end;
  const token = lexer.emit('text');
  lexer.skipTo(found);
  return token.value === '' ? undefined : token;
}

function hasLeftTrimMarker(text: string, at: number): boolean {
  return text[at] === '-' && isSpace(text.charCodeAt(at + 1));
}

function lexLeftDelim(lexer: Lexer): Token | undefined {
  lexer.position += lexer.options.leftDelim.length;
  const marker = hasLeftTrimMarker(lexer.text, lexer.position) ? 2 : 0;
  if (lexer.text.startsWith(leftComment, lexer.position + marker)) {
    lexer.skipTo(lexer.position + marker);
    lexer.following = lexComment;
    return undefined;
  }
  const token = lexer.emit('leftDelim');
  lexer.insideAction = true;
  lexer.skipTo(lexer.position + marker);
  lexer.parenDepth = 0;
  return token;
}

function lexComment(lexer: Lexer): Token | undefined {
  const end = lexer.text.indexOf(rightComment, lexer.position + leftComment.length);
  if (end < 0) return lexer.fail('unclosed comment');
  lexer.position = end + rightComment.length;
  const { found, trims } = lexer.atRightDelim();
  if (!found) return lexer.fail('comment ends before closing delimiter');
  lexer.skipTo(afterRightDelim(lexer, trims));
  lexer.following = lexText;
  return undefined;
}

function afterRightDelim(lexer: Lexer, trims: boolean): number {
  let at = lexer.position + (trims ? 2 : 0) + lexer.options.rightDelim.length;
  while (trims && isSpace(lexer.text.charCodeAt(at))) at++;
  return at;
}

function lexRightDelim(lexer: Lexer): Token {
  const { trims } = lexer.atRightDelim();
  if (trims) lexer.skipTo(lexer.position + 2);
  const after = lexer.position + lexer.options.rightDelim.length;
  lexer.position = after;
  const token = lexer.emit('rightDelim');
  if (trims) {
    let at = after;
    while (isSpace(lexer.text.charCodeAt(at))) at++;
    lexer.skipTo(at);
  }
  lexer.insideAction = false;
  return token;
}

const punctuation: Readonly<Record<string, Step>> = {
  '=': (lexer) => lexer.emit('assign'),
  ':': (lexer) => (lexer.next() === 61 ? lexer.emit('declare') : lexer.fail('expected :=')),
  '|': (lexer) => lexer.emit('pipe'),
  '"': (lexer) => lexQuoted(lexer, '"', 'string', 'unterminated quoted string'),
  "'": (lexer) => lexQuoted(lexer, "'", 'charConstant', 'unterminated character constant'),
  '`': lexRawString,
  $: (lexer) => lexName(lexer, 'variable', 'variable'),
  '(': (lexer) => {
    lexer.parenDepth++;
    return lexer.emit('leftParen');
  },
  ')': (lexer) => {
    lexer.parenDepth--;
    return lexer.parenDepth < 0 ? lexer.fail('unexpected right paren') : lexer.emit('rightParen');
  },
};

function lexInsideAction(lexer: Lexer): Token | undefined {
  if (lexer.atRightDelim().found) {
    return lexer.parenDepth === 0 ? lexRightDelim(lexer) : lexer.fail('unclosed left paren');
  }
  const code = lexer.next();
  if (code === endOfText) return lexer.fail('unclosed action');
  if (isSpace(code)) {
    lexer.backup(code);
    return lexSpace(lexer);
  }
  const character = String.fromCodePoint(code);
  const step = Object.hasOwn(punctuation, character) ? punctuation[character] : undefined;
  if (step !== undefined) return step(lexer);
  if (character === '.' && !/[0-9]/.test(lexer.text[lexer.position] ?? '')) {
    // A dot that ends the text is a number to Go, and a malformed one.
    if (lexer.position < lexer.text.length) return lexName(lexer, 'field', '.');
  }
  if (/[-+.0-9]/.test(character)) {
    lexer.backup(code);
    return lexNumber(lexer);
  }
  if (isAlphanumeric(code)) {
    lexer.backup(code);
    return lexIdentifier(lexer);
  }
  if (code > 0x20 && code < 0x7f) return lexer.emit('char');
  return lexer.fail(`unrecognized character in action: ${describeCode(code)}`);
}

function describeCode(code: number): string {
  return describeRune(isByteEscape(code) ? 0xfffd : code);
}

function lexSpace(lexer: Lexer): Token {
  let spaces = 0;
  while (isSpace(lexer.peek())) {
    lexer.next();
    spaces++;
  }
  // The last space may belong to a trim marker: " -}}".
  const last = lexer.position - 1;
  if (lexer.hasTrimMarkerBefore(last) && lexer.text.startsWith(lexer.options.rightDelim, last + 2)) {
    lexer.backup(lexer.text.charCodeAt(last));
    if (spaces === 1) return lexRightDelim(lexer);
  }
  return lexer.emit('space');
}

function lexIdentifier(lexer: Lexer): Token {
  skipWord(lexer);
  const word = lexer.pending;
  if (!lexer.atTerminator()) return lexer.fail(`bad character ${describeCode(lexer.peek())}`);
  if (word === 'true' || word === 'false') return lexer.emit('bool');
  if (!isKeyword(word)) return lexer.emit('identifier');
  const isName = (word === 'break' && !lexer.options.breakOk) || (word === 'continue' && !lexer.options.continueOk);
  return lexer.emit(isName ? 'identifier' : word);
}

function skipWord(lexer: Lexer): void {
  while (isAlphanumeric(lexer.peek())) lexer.next();
}

/** A field or variable whose first character has been read; `bare` if nothing follows it. */
function lexName(lexer: Lexer, kind: 'field' | 'variable', bare: 'variable' | '.'): Token {
  if (lexer.atTerminator()) return lexer.emit(bare);
  skipWord(lexer);
  if (!lexer.atTerminator()) return lexer.fail(`bad character ${describeCode(lexer.peek())}`);
  return lexer.emit(kind);
}

function lexQuoted(lexer: Lexer, mark: string, kind: 'string' | 'charConstant', unterminated: string): Token {
  for (;;) {
    let code = lexer.next();
    if (code === 92) {
      code = lexer.next();
      if (code !== endOfText && code !== 10) continue;
    }
    if (code === endOfText || code === 10) return lexer.fail(unterminated);
    if (code === mark.charCodeAt(0)) return lexer.emit(kind);
  }
}

function lexRawString(lexer: Lexer): Token {
  for (;;) {
    const code = lexer.next();
    if (code === endOfText) return lexer.fail('unterminated raw quoted string');
    if (code === 96) return lexer.emit('rawString');
  }
}

function lexNumber(lexer: Lexer): Token {
  const malformed = () => lexer.fail(`bad number syntax: ${quote(lexer.pending)}`);
  if (!scanNumber(lexer)) return malformed();
  const sign = lexer.peek();
  if (sign !== 43 && sign !== 45) return lexer.emit('number');
  // Complex: 1+2i, without spaces, and it must end in 'i'.
  if (!scanNumber(lexer) || lexer.text[lexer.position - 1] !== 'i') return malformed();
  return lexer.emit('complex');
}

const digitsOfBase: readonly (readonly [string, string])[] = [
  ['xX', '0123456789abcdefABCDEF_'],
  ['oO', '01234567_'],
  ['bB', '01_'],
];

function scanNumber(lexer: Lexer): boolean {
  const decimal = '0123456789_';
  lexer.accept('+-');
  let digits = decimal;
  if (lexer.accept('0')) digits = digitsOfBase.find(([letters]) => lexer.accept(letters))?.[1] ?? decimal;
  lexer.acceptRun(digits);
  if (lexer.accept('.')) lexer.acceptRun(digits);
  const exponent = digits === decimal ? 'eE' : digits.length > decimal.length ? 'pP' : '';
  if (exponent !== '' && lexer.accept(exponent)) {
    lexer.accept('+-');
    lexer.acceptRun(decimal);
  }
  lexer.accept('i');
  // What follows must not be part of a word.
  if (!isAlphanumeric(lexer.peek())) return true;
  lexer.next();
  return false;
}
