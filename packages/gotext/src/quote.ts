// Texts and characters as Go's literals (package strconv: Quote and its family). A stray byte is `\x80`, as in Go.
import { isStrayByte } from './byte-string.ts';
import { isWellFormed } from './text-coding.ts';

const plain = /^[ !#-[\]-~]*$/;
/** What stands escaped in a literal: quote, backslash, and all but letters, marks, numbers, punctuation, symbols and the ASCII space. */
const special = /[^ !#-[\]-~\p{L}\p{M}\p{N}\p{P}\p{S}]|["\\]/gu;
const specialOrNotAscii = /[^ !#-[\]-~]/gu;
const unprintable = /[^ -~\p{L}\p{M}\p{N}\p{P}\p{S}]/gu;
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

const named: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** A byte string in double quotes (`strconv.Quote`, `%q`). */
export function quote(text: string): string {
  return plain.test(text) ? `"${text}"` : `"${text.replace(special, escapeQuoted)}"`;
}

/** The same in ASCII (`strconv.QuoteToASCII`, `%+q`). */
export function quoteToAscii(text: string): string {
  return plain.test(text) ? `"${text}"` : `"${text.replace(specialOrNotAscii, escapeQuoted)}"`;
}

/** A byte string with what does not print escaped as in a literal, without quotes; quotes and backslashes stay as they are. */
export function escapeUnprintable(text: string): string {
  return text.replace(unprintable, escapeCharacter);
}

/** A code point in single quotes (`strconv.QuoteRune`); what is none is U+FFFD. */
export function quoteRune(code: number): string {
  const character = String.fromCodePoint(validRune(code));
  return `'${printable.test(character) ? escapeInRune(character) : escapeCharacter(character)}'`;
}

/** The same in ASCII (`strconv.QuoteRuneToASCII`). */
export function quoteRuneToAscii(code: number): string {
  const character = String.fromCodePoint(validRune(code));
  return `'${/^[ -~]$/.test(character) ? escapeInRune(character) : escapeCharacter(character)}'`;
}

/** A character of a byte string in single quotes; a stray byte is `'\x80'`. */
export function quoteCharacter(character: string): string {
  const code = character.codePointAt(0)!;
  return isStrayByte(code) ? `'${escapeCharacter(character)}'` : quoteRune(code);
}

function validRune(code: number): number {
  return isRune(code) ? code : 0xfffd;
}

function isRune(code: number): boolean {
  return code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
}

function escapeInRune(character: string): string {
  return character === "'" || character === '\\' ? `\\${character}` : character;
}

function escapeQuoted(character: string): string {
  return character === '"' ? '\\"' : escapeCharacter(character);
}

function escapeCharacter(character: string): string {
  const known = named[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0)!;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  if (isStrayByte(code)) return `\\x${hex(code - 0xdc00, 2)}`;
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(validRune(code), 4)}`;
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}

/**
 * Whether Go prints the code point as it is (`strconv.IsPrint`): letters, marks, numbers, punctuation, symbols and the ASCII
 * space.
 *
 * Quirk: Go's tables (strconv/isprint.go) and the engine's may be of different versions of Unicode; a character that only one of them knows is
 * escaped by the other. We follow the engine.
 */
export function isPrint(code: number): boolean {
  if (code < 0x7f) return code >= 0x20;
  return isRune(code) && printable.test(String.fromCodePoint(code));
}

/** Whether the string fits between backquotes unchanged, on one line (`strconv.CanBackquote`). */
export function canBackquote(text: string): boolean {
  return isWellFormed(text) && !/[\0-\x08\n-\x1f\x7f`\ufeff]/.test(text);
}
