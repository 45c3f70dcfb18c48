// Cuts a template's text into tokens, one at a time, as the parser asks for them.

import { lexInsideAction } from './lex-action.ts';
import { countLines, isSpace, LexCursor, type Step } from './lex-cursor.ts';
import type { Token } from './token.ts';

const leftComment = '/*';
const rightComment = '*/';

/** The lexer of one text. */
export class Lexer extends LexCursor {
  /** The next token; after the end always `eof`. */
  nextToken(): Token {
    let step: Step = this.insideAction ? lexInsideAction : lexText;
    for (;;) {
      const token = step(this);
      if (token !== undefined) return token;
      step = this.following ?? lexText;
    }
  }
}

function lexText(cursor: LexCursor): Token | undefined {
  const { leftDelim } = cursor.options;
  const { text } = cursor;
  const found = text.indexOf(leftDelim, cursor.position);
  if (found < 0) {
    cursor.line += countLines(text, cursor.start, text.length);
    cursor.position = text.length;
    return cursor.emit(cursor.position > cursor.start ? 'text' : 'eof');
  }
  cursor.following = lexLeftDelim;
  if (found === cursor.position) return undefined;
  let end = found;
  if (hasLeftTrimMarker(text, found + leftDelim.length)) {
    while (end > cursor.start && isSpace(text.charCodeAt(end - 1))) end--;
  }
  cursor.line += countLines(text, cursor.start, end);
  cursor.position = end;
  const token = cursor.emit('text');
  cursor.skipTo(found);
  return token.value === '' ? undefined : token;
}

function hasLeftTrimMarker(text: string, at: number): boolean {
  return text[at] === '-' && isSpace(text.charCodeAt(at + 1));
}

function lexLeftDelim(cursor: LexCursor): Token | undefined {
  cursor.position += cursor.options.leftDelim.length;
  const marker = hasLeftTrimMarker(cursor.text, cursor.position) ? 2 : 0;
  if (cursor.text.startsWith(leftComment, cursor.position + marker)) {
    cursor.skipTo(cursor.position + marker);
    cursor.following = lexComment;
    return undefined;
  }
  const token = cursor.emit('leftDelim');
  cursor.insideAction = true;
  cursor.skipTo(cursor.position + marker);
  cursor.parenDepth = 0;
  return token;
}

function lexComment(cursor: LexCursor): Token | undefined {
  const end = cursor.text.indexOf(rightComment, cursor.position + leftComment.length);
  if (end < 0) return cursor.fail('unclosed comment');
  cursor.position = end + rightComment.length;
  const { found, trims } = cursor.atRightDelim();
  if (!found) return cursor.fail('comment ends before closing delimiter');
  cursor.skipTo(afterRightDelim(cursor, trims));
  cursor.following = lexText;
  return undefined;
}

function afterRightDelim(cursor: LexCursor, trims: boolean): number {
  let at = cursor.position + (trims ? 2 : 0) + cursor.options.rightDelim.length;
  while (trims && isSpace(cursor.text.charCodeAt(at))) at++;
  return at;
}
