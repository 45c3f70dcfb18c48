/** The content of scalars: plain, quoted and block. */
import { type Cursor, charCode, isBlank, isBreak, isBreakOrEnd, isSpaceOrEnd, type Mark } from './cursor.ts';

/** How lines of a plain or quoted scalar are joined: one break becomes a space, more keep all but the first. */
function foldBreaks(first: string, others: string): string {
  if (first !== '\n') return first + others;
  return others === '' ? ' ' : others;
}

/** White space between two words of a scalar. */
interface Gap {
  /** What it counts as. */
  readonly text: string;
  readonly hasBreak: boolean;
}

/**
 * Reads white space within a scalar; with `escaped`, a line break that was escaped came right before it.
 *
 * With `indent`, a tab at the beginning of a line left of that column is an error in the scalar that began at `mark`.
 */
function scanGap(cursor: Cursor, escaped: boolean, mark?: Mark, indent = 0): Gap {
  const start = cursor.index;
  let first = '';
  let others = '';
  let hasBreak = escaped;
  cursor.need(1);
  for (;;) {
    const code = cursor.code;
    if (isBlank(code)) {
      if (mark !== undefined && hasBreak && code === charCode.tab && cursor.column < indent) {
        throw cursor.error('found a tab character that violates indentation', mark);
      }
      cursor.skip();
    } else if (isBreak(code)) {
      cursor.need(2);
      if (hasBreak) others += cursor.skipBreak();
      else {
        first = cursor.skipBreak();
        hasBreak = true;
      }
    } else break;
    cursor.need(1);
  }
  return { text: hasBreak ? foldBreaks(first, others) : cursor.text.slice(start, cursor.index), hasBreak };
}

/** Reads a plain scalar; `endsLine` tells whether line breaks follow it. */
export function scanPlainScalar(cursor: Cursor, inFlow: boolean, indent: number): { value: string; endsLine: boolean } {
  const mark = cursor.mark();
  let value = '';
  let gap: Gap = { text: '', hasBreak: false };
  for (;;) {
    cursor.need(4);
    if (cursor.atDocumentMarker() || cursor.code === 0x23) break;
    const end = endOfPlainWord(cursor.text, cursor.index, inFlow);
    if (end > cursor.index) {
      value += gap.text + cursor.text.slice(cursor.index, end);
      gap = { text: '', hasBreak: false };
      cursor.moveTo(end);
      cursor.need(2);
    }
    if (!isBlank(cursor.code) && !isBreak(cursor.code)) break;
    gap = scanGap(cursor, false, mark, indent);
    if (!inFlow && cursor.column < indent) break;
  }
  return { value, endsLine: gap.hasBreak };
}

function endOfPlainWord(text: string, start: number, inFlow: boolean): number {
  let i = start;
  for (; ; i++) {
    const code = text.charCodeAt(i);
    if (isSpaceOrEnd(code)) return i;
    if (code === 0x3a && isSpaceOrEnd(text.charCodeAt(i + 1))) return i;
    if (inFlow && isFlowIndicator(code)) return i;
  }
}

/** `,` `?` `[` `]` `{` `}` */
function isFlowIndicator(code: number): boolean {
  return code === 0x2c || code === 0x3f || code === 0x5b || code === 0x5d || code === 0x7b || code === 0x7d;
}

/** Reads a scalar in quotes. */
export function scanQuotedScalar(cursor: Cursor, style: 'single-quoted' | 'double-quoted'): string {
  const mark = cursor.mark();
  const quote = style === 'single-quoted' ? 0x27 : 0x22;
  let value = '';
  cursor.skip();
  for (;;) {
    cursor.need(4);
    if (cursor.atDocumentMarker()) throw cursor.error('found unexpected document indicator', mark);
    if (cursor.code === charCode.end) throw cursor.error('found unexpected end of stream', mark);
    value += scanQuotedWord(cursor, quote, mark);
    const escapedBreak = quote === 0x22 && cursor.code === 0x5c;
    if (escapedBreak) {
      cursor.skip();
      cursor.skipBreak();
    }
    cursor.need(1);
    if (cursor.code === quote) break;
    value += scanGap(cursor, escapedBreak).text;
  }
  cursor.skip();
  return value;
}

/** Reads up to white space, the closing quote, or the backslash of an escaped line break. */
function scanQuotedWord(cursor: Cursor, quote: number, mark: Mark): string {
  let word = '';
  while (!isSpaceOrEnd(cursor.code)) {
    if (cursor.code === quote) {
      if (quote === 0x22 || cursor.ahead(1) !== 0x27) break;
      word += "'";
      cursor.skip(2);
    } else if (quote === 0x22 && cursor.code === 0x5c) {
      if (isBreak(cursor.ahead(1))) break;
      word += scanEscape(cursor, mark);
    } else {
      const end = endOfQuotedWord(cursor.text, cursor.index, quote);
      word += cursor.text.slice(cursor.index, end);
      cursor.moveTo(end);
    }
    cursor.need(2);
  }
  return word;
}

function endOfQuotedWord(text: string, start: number, quote: number): number {
  let i = start;
  for (; ; i++) {
    const code = text.charCodeAt(i);
    if (code === quote || (quote === 0x22 && code === 0x5c) || isSpaceOrEnd(code)) return i;
  }
}

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};
const hexDigits: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function scanEscape(cursor: Cursor, mark: Mark): string {
  const letter = cursor.text.charAt(cursor.index + 1);
  const simple = escapes[letter];
  if (simple !== undefined) {
    cursor.skip(2);
    return simple;
  }
  const length = hexDigits[letter];
  if (length === undefined) throw cursor.error('found unknown escape character', mark);
  cursor.skip(2);
  cursor.need(length);
  const digits = cursor.text.slice(cursor.index, cursor.index + length);
  if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length < length) {
    throw cursor.error('did not find expected hexdecimal number', mark);
  }
  const codePoint = Number.parseInt(digits, 16);
  if ((codePoint >= 0xd800 && codePoint <= 0xdfff) || codePoint > 0x10ffff) {
    throw cursor.error('found invalid Unicode character escape code', mark);
  }
  cursor.skip(length);
  return String.fromCodePoint(codePoint);
}

/** Reads a literal (`|`) or folded (`>`) scalar in a collection whose indentation is `parentIndent`. */
export function scanBlockScalar(cursor: Cursor, style: 'literal' | 'folded', parentIndent: number): string {
  const mark = cursor.mark();
  const { chomping, increment } = scanBlockHeader(cursor, mark);
  let indent = increment > 0 ? Math.max(parentIndent, 0) + increment : 0;
  let breaks: string;
  ({ indent, breaks } = scanBlockBreaks(cursor, indent, parentIndent, mark));
  let value = '';
  let lastBreak = '';
  let afterMoreIndented = false;
  cursor.need(1);
  while (cursor.column === indent && cursor.code !== charCode.end) {
    const moreIndented = isBlank(cursor.code);
    if (style === 'folded' && lastBreak === '\n' && !afterMoreIndented && !moreIndented) {
      if (breaks === '') value += ' ';
    } else value += lastBreak;
    value += breaks;
    afterMoreIndented = moreIndented;
    const start = cursor.index;
    cursor.skipLine();
    value += cursor.text.slice(start, cursor.index);
    cursor.need(2);
    lastBreak = cursor.skipBreak();
    ({ breaks } = scanBlockBreaks(cursor, indent, parentIndent, mark));
    cursor.need(1);
  }
  if (chomping !== '-') value += lastBreak;
  if (chomping === '+') value += breaks;
  return value;
}

function scanBlockHeader(cursor: Cursor, mark: Mark): { chomping: string; increment: number } {
  let chomping = '';
  let increment = 0;
  cursor.skip();
  cursor.need(2);
  for (let i = 0; i < 2; i++) {
    const code = cursor.code;
    if (chomping === '' && (code === 0x2b || code === 0x2d)) chomping = String.fromCharCode(code);
    else if (increment === 0 && code >= 0x30 && code <= 0x39) {
      increment = code - 0x30;
      if (increment === 0) throw cursor.error('found an indentation indicator equal to 0', mark);
    } else break;
    cursor.skip();
  }
  cursor.skipBlanks();
  if (cursor.code === 0x23) cursor.skipLine();
  cursor.need(2);
  if (!isBreakOrEnd(cursor.code)) throw cursor.error('did not find expected comment or line break', mark);
  cursor.skipBreak();
  return { chomping, increment };
}

/**
 * Reads indentation and empty lines. If `indent` is 0 it is still to be found: that of the first line with content,
 * but more than the parent's.
 */
function scanBlockBreaks(
  cursor: Cursor,
  indent: number,
  parentIndent: number,
  mark: Mark,
): { indent: number; breaks: string } {
  let breaks = '';
  let widest = 0;
  for (;;) {
    cursor.need(1);
    while ((indent === 0 || cursor.column < indent) && cursor.code === charCode.space) cursor.skip();
    if (cursor.column > widest) widest = cursor.column;
    if ((indent === 0 || cursor.column < indent) && cursor.code === charCode.tab) {
      throw cursor.error('found a tab character where an indentation space is expected', mark);
    }
    if (!isBreak(cursor.code)) break;
    cursor.need(2);
    breaks += cursor.skipBreak();
  }
  return { indent: indent === 0 ? Math.max(widest, parentIndent + 1, 1) : indent, breaks };
}
