// Tokens inside actions.
import { describeCode, endOfText, isAlphanumeric, isSpace, type LexCursor, type Step } from './lex-cursor.ts';
import { lexNumber } from './lex-number.ts';
import { isKeyword, type Token } from './token.ts';

const punctuation: Readonly<Record<string, Step>> = {
  '=': (cursor) => cursor.emit('assign'),
  ':': (cursor) => (cursor.next() === 61 ? cursor.emit('declare') : cursor.fail('expected :=')),
  '|': (cursor) => cursor.emit('pipe'),
  '"': (cursor) => lexQuoted(cursor, '"', 'string', 'unterminated quoted string'),
  "'": (cursor) => lexQuoted(cursor, "'", 'charConstant', 'unterminated character constant'),
  '`': lexRawString,
  $: (cursor) => lexName(cursor, 'variable', 'variable'),
  '(': (cursor) => {
    cursor.parenDepth++;
    return cursor.emit('leftParen');
  },
  ')': (cursor) => {
    cursor.parenDepth--;
    return cursor.parenDepth < 0 ? cursor.fail('unexpected right paren') : cursor.emit('rightParen');
  },
};

/** The next token inside an action; the right delimiter leaves it. */
export function lexInsideAction(cursor: LexCursor): Token | undefined {
  if (cursor.atRightDelim().found) {
    return cursor.parenDepth === 0 ? lexRightDelim(cursor) : cursor.fail('unclosed left paren');
  }
  const code = cursor.next();
  if (code === endOfText) return cursor.fail('unclosed action');
  if (isSpace(code)) {
    cursor.backup(code);
    return lexSpace(cursor);
  }
  const character = String.fromCodePoint(code);
  const step = Object.hasOwn(punctuation, character) ? punctuation[character] : undefined;
  return step === undefined ? lexOther(cursor, code) : step(cursor);
}

/** A field, a number, a word, or a character that is a token by itself. */
function lexOther(cursor: LexCursor, code: number): Token {
  const character = String.fromCodePoint(code);
  if (character === '.' && !/[0-9]/.test(cursor.text[cursor.position] ?? '')) {
    // A dot that ends the text is a number to Go, and a malformed one.
    if (cursor.position < cursor.text.length) return lexName(cursor, 'field', '.');
  }
  if (/[-+.0-9]/.test(character)) {
    cursor.backup(code);
    return lexNumber(cursor);
  }
  if (isAlphanumeric(code)) {
    cursor.backup(code);
    return lexIdentifier(cursor);
  }
  if (code > 0x20 && code < 0x7f) return cursor.emit('char');
  return cursor.fail(`unrecognized character in action: ${describeCode(code)}`);
}

function lexRightDelim(cursor: LexCursor): Token {
  const { trims } = cursor.atRightDelim();
  if (trims) cursor.skipTo(cursor.position + 2);
  const after = cursor.position + cursor.options.rightDelim.length;
  cursor.position = after;
  const token = cursor.emit('rightDelim');
  if (trims) {
    let at = after;
    while (isSpace(cursor.text.charCodeAt(at))) at++;
    cursor.skipTo(at);
  }
  cursor.insideAction = false;
  return token;
}

function lexSpace(cursor: LexCursor): Token {
  let spaces = 0;
  while (isSpace(cursor.peek())) {
    cursor.next();
    spaces++;
  }
  // The last space may belong to a trim marker: " -}}".
  const last = cursor.position - 1;
  if (cursor.hasTrimMarkerBefore(last) && cursor.text.startsWith(cursor.options.rightDelim, last + 2)) {
    cursor.backup(cursor.text.charCodeAt(last));
    if (spaces === 1) return lexRightDelim(cursor);
  }
  return cursor.emit('space');
}

function lexIdentifier(cursor: LexCursor): Token {
  skipWord(cursor);
  const word = cursor.pending;
  if (!cursor.atTerminator()) return cursor.fail(`bad character ${describeCode(cursor.peek())}`);
  if (word === 'true' || word === 'false') return cursor.emit('bool');
  if (!isKeyword(word)) return cursor.emit('identifier');
  const isName = (word === 'break' && !cursor.options.breakOk) || (word === 'continue' && !cursor.options.continueOk);
  return cursor.emit(isName ? 'identifier' : word);
}

function skipWord(cursor: LexCursor): void {
  while (isAlphanumeric(cursor.peek())) cursor.next();
}

/** A field or variable whose first character has been read; `bare` if nothing follows it. */
function lexName(cursor: LexCursor, kind: 'field' | 'variable', bare: 'variable' | '.'): Token {
  if (cursor.atTerminator()) return cursor.emit(bare);
  skipWord(cursor);
  if (!cursor.atTerminator()) return cursor.fail(`bad character ${describeCode(cursor.peek())}`);
  return cursor.emit(kind);
}

function lexQuoted(cursor: LexCursor, mark: string, kind: 'string' | 'charConstant', unterminated: string): Token {
  for (;;) {
    let code = cursor.next();
    if (code === 92) {
      code = cursor.next();
      if (code !== endOfText && code !== 10) continue;
    }
    if (code === endOfText || code === 10) return cursor.fail(unterminated);
    if (code === mark.charCodeAt(0)) return cursor.emit(kind);
  }
}

function lexRawString(cursor: LexCursor): Token {
  for (;;) {
    const code = cursor.next();
    if (code === endOfText) return cursor.fail('unterminated raw quoted string');
    if (code === 96) return cursor.emit('rawString');
  }
}
