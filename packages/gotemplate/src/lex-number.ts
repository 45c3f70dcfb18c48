// Tokens of numbers, as Go's lexer takes them: wider than what is a number, which the parser finds out.
import { quote } from '@matchbox/gotext';
import { isAlphanumeric, type LexCursor } from './lex-cursor.ts';
import type { Token } from './token.ts';

/** A number, or a complex constant. */
export function lexNumber(cursor: LexCursor): Token {
  const malformed = () => cursor.fail(`bad number syntax: ${quote(cursor.pending)}`);
  if (!scanNumber(cursor)) return malformed();
  const sign = cursor.peek();
  if (sign !== 43 && sign !== 45) return cursor.emit('number');
  // Complex: 1+2i, without spaces, and it must end in 'i'.
  if (!scanNumber(cursor) || cursor.text[cursor.position - 1] !== 'i') return malformed();
  return cursor.emit('complex');
}

const digitsOfBase: readonly (readonly [string, string])[] = [
  ['xX', '0123456789abcdefABCDEF_'],
  ['oO', '01234567_'],
  ['bB', '01_'],
];

function scanNumber(cursor: LexCursor): boolean {
  const decimal = '0123456789_';
  cursor.accept('+-');
  let digits = decimal;
  if (cursor.accept('0')) digits = digitsOfBase.find(([letters]) => cursor.accept(letters))?.[1] ?? decimal;
  cursor.acceptRun(digits);
  if (cursor.accept('.')) cursor.acceptRun(digits);
  const exponent = digits === decimal ? 'eE' : digits.length > decimal.length ? 'pP' : '';
  if (exponent !== '' && cursor.accept(exponent)) {
    cursor.accept('+-');
    cursor.acceptRun(decimal);
  }
  cursor.accept('i');
  // What follows must not be part of a word.
  if (!isAlphanumeric(cursor.peek())) return true;
  cursor.next();
  return false;
}
