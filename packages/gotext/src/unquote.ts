// The values of Go's string and character literals (package strconv: Unquote and its family).
import { canonical, isStrayByte } from './byte-string.ts';
import { isWellFormed } from './text-coding.ts';

/** The value of a string literal, quotes included, as a byte string; undefined if it is malformed ("invalid syntax"). */
export function unquote(literal: string): string | undefined {
  const mark = literal[0];
  if (literal.length < 2 || literal.at(-1) !== mark) return undefined;
  const body = literal.slice(1, -1);
  if (mark === '`') return body.includes('`') ? undefined : body.replaceAll('\r', '');
  if (mark !== '"' || body.includes('\n')) return undefined;
  if (!/["\\]/.test(body) && isWellFormed(body)) return body;
  return readBody(body);
}

function readBody(body: string): string | undefined {
  let text = '';
  for (let at = 0; at < body.length; ) {
    const rune = readLiteralRune(body, at, '"');
    if (rune === undefined) return undefined;
    text +=
      rune.isByte && rune.code >= 0x80 ? String.fromCharCode(0xdc00 + rune.code) : String.fromCodePoint(rune.code);
    at = rune.next;
  }
  // Bytes that together make a character become it.
  return canonical(text);
}

/** One character of a literal's body. */
export interface LiteralRune {
  readonly code: number;
  /** It came from `\x` or an octal escape and means that byte. */
  readonly isByte: boolean;
  /** Where the next one begins. */
  readonly next: number;
}

const simpleEscapes: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92 };
const hexEscapeDigits: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Reads the character at `at`, or undefined if it is malformed (`strconv.UnquoteChar`). */
export function readLiteralRune(body: string, at: number, quoteMark: string): LiteralRune | undefined {
  const code = body.codePointAt(at);
  if (code === undefined || body[at] === quoteMark) return undefined;
  if (body[at] === '\\') return readEscape(body, at + 1, quoteMark);
  // Quirk: Go turns a stray byte into U+FFFD in an interpreted literal, but keeps it in a raw one (strconv/quote.go, unquote and UnquoteChar).
  return { code: isStrayByte(code) ? 0xfffd : code, isByte: false, next: at + (code > 0xffff ? 2 : 1) };
}

function readEscape(body: string, at: number, quoteMark: string): LiteralRune | undefined {
  const kind = body[at];
  if (kind === undefined) return undefined;
  const simple = simpleEscapes[kind];
  if (simple !== undefined) return { code: simple, isByte: false, next: at + 1 };
  if (kind === quoteMark) return { code: kind.charCodeAt(0), isByte: false, next: at + 1 };
  if (kind >= '0' && kind <= '7') return readNumericEscape(body, at, 3, 8);
  const digits = hexEscapeDigits[kind];
  return digits === undefined ? undefined : readNumericEscape(body, at + 1, digits, 16);
}

function readNumericEscape(body: string, at: number, count: number, base: 8 | 16): LiteralRune | undefined {
  const digits = body.slice(at, at + count);
  if (digits.length < count || !(base === 8 ? /^[0-7]+$/ : /^[0-9a-fA-F]+$/).test(digits)) return undefined;
  const code = Number.parseInt(digits, base);
  const isByte = count <= 3;
  if (isByte ? code > 0xff : code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
  return { code, isByte, next: at + count };
}
