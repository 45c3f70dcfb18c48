// Characters of byte strings as fmt and the lexer show them.
import { isPrint, isStrayByte } from '@matchbox/gotext';

/** The character of a code point; a stray byte reads as U+FFFD. */
export function visibleRune(code: number): string {
  return isStrayByte(code) ? '\ufffd' : String.fromCodePoint(code);
}

/** `%#U` of a rune: `U+0041 'A'`; the character only if it can be printed. */
export function describeRune(code: number): string {
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return isPrint(code) ? `${name} '${String.fromCodePoint(code)}'` : name;
}
