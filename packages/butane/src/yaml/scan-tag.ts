/** Anchors, aliases, tags and directives. */
import { type Cursor, isBreakOrEnd, isSpaceOrEnd, isWord, type Mark } from './cursor.ts';
import type { Token, TokenKind } from './token.ts';

function token(kind: TokenKind, mark: Mark, value: string, handle = ''): Token {
  return { kind, line: mark.line, column: mark.column, value, handle, style: 'plain' };
}

function scanWord(cursor: Cursor): string {
  const start = cursor.index;
  while (isWord(cursor.code)) cursor.skip();
  cursor.need(1);
  return cursor.text.slice(start, cursor.index);
}

/** Reads `&name` or `*name`. */
export function scanAnchor(cursor: Cursor, kind: 'anchor' | 'alias'): Token {
  const mark = cursor.mark();
  cursor.skip();
  const name = scanWord(cursor);
  if (name === '' || !(isSpaceOrEnd(cursor.code) || '?:,]}%@`'.includes(String.fromCharCode(cursor.code)))) {
    throw cursor.error('did not find expected alphabetic or numeric character', mark);
  }
  return token(kind, mark, name);
}

/** Reads `!`, `!suffix`, `!handle!suffix` or `!<uri>`. */
export function scanTag(cursor: Cursor): Token {
  const mark = cursor.mark();
  cursor.need(2);
  let handle = '';
  let suffix: string;
  if (cursor.ahead(1) === 0x3c) {
    cursor.skip(2);
    suffix = scanUri(cursor, mark, '');
    if (cursor.code !== 0x3e) throw cursor.error("did not find the expected '>'", mark);
    cursor.skip();
  } else {
    handle = scanHandle(cursor, mark, false);
    if (handle.length > 1 && handle.endsWith('!')) suffix = scanUri(cursor, mark, '');
    else {
      suffix = scanUri(cursor, mark, handle);
      handle = '!';
      // The tag `!` alone: "not specific", which has no handle.
      if (suffix === '') [handle, suffix] = ['', '!'];
    }
  }
  cursor.need(1);
  if (!isSpaceOrEnd(cursor.code)) throw cursor.error('did not find expected whitespace or line break', mark);
  return token('tag', mark, suffix, handle);
}

function scanHandle(cursor: Cursor, mark: Mark, isDirective: boolean): string {
  const start = cursor.index;
  cursor.need(1);
  if (cursor.code !== 0x21) throw cursor.error("did not find expected '!'", mark);
  cursor.skip();
  scanWord(cursor);
  if (cursor.code === 0x21) cursor.skip();
  else if (isDirective && cursor.index - start > 1) throw cursor.error("did not find expected '!'", mark);
  return cursor.text.slice(start, cursor.index);
}

const uriCharacters = ";/?:@&=+$,.!~*'()[]%";

/** Reads a URI; `head` is the beginning that was already read as a handle, of which the `!` does not count. */
function scanUri(cursor: Cursor, mark: Mark, head: string): string {
  let uri = head.slice(1);
  let found = head !== '';
  cursor.need(1);
  while (isWord(cursor.code) || uriCharacters.includes(String.fromCharCode(cursor.code))) {
    found = true;
    if (cursor.code === 0x25) uri += scanUriEscapes(cursor, mark);
    else {
      uri += String.fromCharCode(cursor.code);
      cursor.skip();
    }
    cursor.need(1);
  }
  if (!found) throw cursor.error('did not find expected tag URI', mark);
  return uri;
}

/** Reads the octets of one character, each as `%XX`. */
function scanUriEscapes(cursor: Cursor, mark: Mark): string {
  const first = octetAt(cursor, mark);
  const width = octetsOf(first);
  if (width === 0) throw cursor.error('found an incorrect leading UTF-8 octet', mark);
  let codePoint = width === 1 ? first : first & (0x7f >> width);
  cursor.skip(3);
  for (let i = 1; i < width; i++) {
    const octet = octetAt(cursor, mark);
    if ((octet & 0xc0) !== 0x80) throw cursor.error('found an incorrect trailing UTF-8 octet', mark);
    codePoint = (codePoint << 6) | (octet & 0x3f);
    cursor.skip(3);
  }
  return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : '\ufffd';
}

function octetAt(cursor: Cursor, mark: Mark): number {
  cursor.need(3);
  const digits = cursor.text.slice(cursor.index + 1, cursor.index + 3);
  if (cursor.code === 0x25 && /^[0-9a-fA-F]{2}$/.test(digits)) return Number.parseInt(digits, 16);
  throw cursor.error('did not find URI escaped octet', mark);
}

/** How many octets the character has that begins with this one; 0 where none does. */
function octetsOf(octet: number): number {
  if (octet < 0x80) return 1;
  if (octet < 0xc0 || octet >= 0xf8) return 0;
  return octet < 0xe0 ? 2 : octet < 0xf0 ? 3 : 4;
}

/** Reads `%YAML 1.1` or `%TAG !handle! prefix`, to the end of the line. */
export function scanDirective(cursor: Cursor): Token {
  const mark = cursor.mark();
  cursor.skip();
  const name = scanWord(cursor);
  if (name === '') throw cursor.error('could not find expected directive name', mark);
  if (!isSpaceOrEnd(cursor.code)) throw cursor.error('found unexpected non-alphabetical character', mark);
  let directive: Token;
  if (name === 'YAML') directive = token('version-directive', mark, scanVersion(cursor, mark));
  else if (name === 'TAG') directive = scanTagDirective(cursor, mark);
  else throw cursor.error('found unknown directive name', mark);
  cursor.skipBlanks();
  if (cursor.code === 0x23) cursor.skipLine();
  cursor.need(2);
  if (!isBreakOrEnd(cursor.code)) throw cursor.error('did not find expected comment or line break', mark);
  cursor.skipBreak();
  return directive;
}

function scanVersion(cursor: Cursor, mark: Mark): string {
  cursor.skipBlanks();
  const major = scanNumber(cursor, mark);
  if (cursor.code !== 0x2e) throw cursor.error("did not find expected digit or '.' character", mark);
  cursor.skip();
  return `${major}.${scanNumber(cursor, mark)}`;
}

/** Longest number in a `%YAML` directive that go-yaml reads. */
const maxVersionDigits = 2;

function scanNumber(cursor: Cursor, mark: Mark): number {
  const start = cursor.index;
  cursor.need(1);
  while (cursor.code >= 0x30 && cursor.code <= 0x39) {
    cursor.skip();
    if (cursor.index - start > maxVersionDigits) throw cursor.error('found extremely long version number', mark);
    cursor.need(1);
  }
  if (cursor.index === start) throw cursor.error('did not find expected version number', mark);
  return Number(cursor.text.slice(start, cursor.index));
}

function scanTagDirective(cursor: Cursor, mark: Mark): Token {
  cursor.skipBlanks();
  const handle = scanHandle(cursor, mark, true);
  cursor.need(1);
  if (cursor.code !== 0x20 && cursor.code !== 0x09) throw cursor.error('did not find expected whitespace', mark);
  cursor.skipBlanks();
  const prefix = scanUri(cursor, mark, '');
  cursor.need(1);
  if (!isSpaceOrEnd(cursor.code)) throw cursor.error('did not find expected whitespace or line break', mark);
  return token('tag-directive', mark, prefix, handle);
}
