// Go's string and character literals, both ways (package strconv: Quote, Unquote and their family).
import { canonical, decodeBytes, encodeBytes, isByteEscape, isWellFormed, replacement } from './byte-string.ts';

const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
const controlEscapes: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
};

/** Whether Go prints the rune as it is: letters, marks, numbers, punctuation, symbols and the ASCII space. */
export function isPrint(code: number): boolean {
  if (code < 0x7f) return code >= 0x20;
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
  return printable.test(String.fromCodePoint(code));
}

/** `strconv.Quote`, or `QuoteToASCII` with `asciiOnly`. */
export function quote(text: string, asciiOnly = false): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`;
  let quoted = '"';
  for (const rune of text) {
    const code = rune.codePointAt(0)!;
    if (isByteEscape(code)) quoted += `\\x${hex(code - 0xdc00, 2)}`;
    else quoted += escapeRune(code, '"', asciiOnly);
  }
  return `${quoted}"`;
}

/** `strconv.QuoteRune`, or `QuoteRuneToASCII` with `asciiOnly`. */
export function quoteRune(code: number, asciiOnly = false): string {
  const valid = code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return `'${escapeRune(valid ? code : 0xfffd, "'", asciiOnly)}'`;
}

function escapeRune(code: number, quoteMark: string, asciiOnly: boolean): string {
  const rune = String.fromCodePoint(code);
  if (rune === quoteMark || rune === '\\') return `\\${rune}`;
  if (asciiOnly ? code < 0x80 && isPrint(code) : isPrint(code)) return rune;
  const short = controlEscapes[code];
  if (short !== undefined) return short;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}

/** `strconv.CanBackquote`: whether the string fits between backquotes unchanged, on one line. */
export function canBackquote(text: string): boolean {
  return isWellFormed(text) && !/[\0-\x08\n-\x1f\x7f`\ufeff]/.test(text);
}

/** `%#U` of a rune: `U+0041 'A'`; the character only if it can be printed. */
export function describeRune(code: number): string {
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return isPrint(code) ? `${name} '${String.fromCodePoint(code)}'` : name;
}

/** The value of a string literal, quotes included, or undefined if it is malformed ("invalid syntax"). */
export function unquote(literal: string): string | undefined {
  if (literal.startsWith('`')) return literal.slice(1, -1).replaceAll('\r', '');
  const body = literal.slice(1, -1);
  if (body.includes('\n')) return undefined;
  if (!body.includes('\\') && isWellFormed(body)) return body;
  const pieces = new PieceJoiner();
  for (let at = 0; at < body.length; ) {
    const unit = readLiteralRune(body, at, '"');
    if (unit === undefined) return undefined;
    if (unit.isByte) pieces.byte(unit.code);
    else pieces.rune(unit.code);
    at = unit.next;
  }
  return pieces.join();
}

/** One character of a literal's body. `isByte`: it came from `\x` or an octal escape and means that byte. */
export interface LiteralRune {
  readonly code: number;
  readonly isByte: boolean;
  readonly next: number;
}

const simpleEscapes: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92 };
const hexEscapeDigits: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Reads the character at `at`, or undefined if it is malformed (`strconv.UnquoteChar`). */
export function readLiteralRune(body: string, at: number, quoteMark: string): LiteralRune | undefined {
  const code = body.codePointAt(at);
  if (code === undefined || body[at] === quoteMark) return undefined;
  if (body[at] !== '\\') {
    // Quirk: Go turns a byte that is not UTF-8 into U+FFFD in an interpreted literal, but keeps it in a raw one.
    const next = at + (code > 0xffff ? 2 : 1);
    return { code: isByteEscape(code) ? 0xfffd : code, isByte: false, next };
  }
  const kind = body[at + 1];
  if (kind === undefined) return undefined;
  const simple = simpleEscapes[kind];
  if (simple !== undefined) return { code: simple, isByte: false, next: at + 2 };
  if (kind === quoteMark) return { code: kind.charCodeAt(0), isByte: false, next: at + 2 };
  if (kind >= '0' && kind <= '7') return readNumericEscape(body, at + 1, 3, 8);
  const digits = hexEscapeDigits[kind];
  return digits === undefined ? undefined : readNumericEscape(body, at + 2, digits, 16);
}

function readNumericEscape(body: string, at: number, count: number, base: 8 | 16): LiteralRune | undefined {
  const digits = body.slice(at, at + count);
  if (digits.length < count || !(base === 8 ? /^[0-7]+$/ : /^[0-9a-fA-F]+$/).test(digits)) return undefined;
  const code = Number.parseInt(digits, base);
  const isByte = count <= 3;
  if (isByte ? code > 0xff : code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
  return { code, isByte, next: at + count };
}

/** Joins characters and bytes; bytes that together make a character become it. */
class PieceJoiner {
  private text = '';
  private hasBytes = false;

  rune(code: number): void {
    this.text += String.fromCodePoint(code);
  }

  byte(value: number): void {
    this.text += String.fromCharCode(value < 0x80 ? value : 0xdc00 + value);
    if (value >= 0x80) this.hasBytes = true;
  }

  join(): string {
    return this.hasBytes ? canonical(this.text) : this.text;
  }
}

/** The rune of a `fmt` or lexer code point: bytes that are not UTF-8 read as U+FFFD. */
export function visibleRune(code: number): string {
  return isByteEscape(code) ? replacement : String.fromCodePoint(code);
}

const hexPairs = Array.from({ length: 256 }, (_, byte) => hex(byte, 2));

/** Bytes of the string as lower-case hexadecimal digits. */
export function hexBytes(text: string): string[] {
  return Array.from(encodeBytes(text), (byte) => hexPairs[byte]!);
}

/** A Go string from hexadecimal digits. */
export function fromHex(digits: string): string {
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return decodeBytes(bytes);
}
