/** Lines of a rendered text by their number, found in one pass, and shown with a caret. */
import { decodeBytes, encodeBytes, escapeUnprintable } from '@matchbox/gotext';

/** A place in a text, both from 1; the column counts characters, 0 is the line as a whole. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A line of a text, in bytes; `end` is where its line break begins. */
export interface LineSpan {
  readonly start: number;
  readonly end: number;
}

/** Widest excerpt of a line, in characters. */
const maxWidth = 100;

/**
 * The lines with these numbers, as far as there are so many. Lines end as YAML counts them: also at a lone carriage return,
 * NEL, LS and PS.
 */
export function findLines(bytes: Uint8Array, wanted: ReadonlySet<number>): Map<number, LineSpan> {
  const found = new Map<number, LineSpan>();
  const last = Math.max(0, ...wanted);
  let line = 1;
  let start = 0;
  for (let at = 0; at < bytes.length && line <= last; at++) {
    const length = breakLength(bytes, at);
    if (length === 0) continue;
    if (wanted.has(line)) found.set(line, { start, end: at });
    line++;
    start = at + length;
    at = start - 1;
  }
  if (wanted.has(line) && line <= last) found.set(line, { start, end: bytes.length });
  return found;
}

function breakLength(bytes: Uint8Array, at: number): 0 | 1 | 2 | 3 {
  const byte = bytes[at]!;
  if (byte === 0x0a) return 1;
  if (byte === 0x0d) return bytes[at + 1] === 0x0a ? 2 : 1;
  if (byte === 0xc2) return bytes[at + 1] === 0x85 ? 2 : 0;
  if (byte !== 0xe2 || bytes[at + 1] !== 0x80) return 0;
  return bytes[at + 2] === 0xa8 || bytes[at + 2] === 0xa9 ? 3 : 0;
}

/** Offset in the text of a character of the line; column 0 is the first that is no blank. */
export function offsetInLine(bytes: Uint8Array, { start, end }: LineSpan, column: number): number {
  if (column === 0) {
    let at = start;
    while (at < end - 1 && (bytes[at] === 0x20 || bytes[at] === 0x09)) at++;
    return at;
  }
  // A character has at most four bytes.
  const head = Array.from(decodeBytes(bytes.subarray(start, Math.min(end, start + 4 * column))));
  return Math.min(start + encodeBytes(head.slice(0, column - 1).join('')).length, end);
}

/**
 * `  12 | mode: 99999` and a caret under the column, with what does not print escaped and a long line cut around the column.
 */
export function showLine(bytes: Uint8Array, span: LineSpan, { line, column }: Place): string[] {
  const at = offsetInLine(bytes, span, Math.max(column, 1));
  const from = characterStart(bytes, Math.max(span.start, at - 4 * maxWidth));
  const to = characterStart(bytes, Math.min(span.end, at + 4 * maxWidth));
  const before = Array.from(escapeUnprintable(decodeBytes(bytes.subarray(from, at))));
  const after = Array.from(escapeUnprintable(decodeBytes(bytes.subarray(at, Math.max(at, to)))));
  const room = Math.max(maxWidth / 2, maxWidth - after.length);
  const left = before.length > room ? ['…', ...before.slice(1 - room)] : before;
  const right = after.length > maxWidth - left.length ? [...after.slice(0, maxWidth - left.length - 1), '…'] : after;
  const number = String(line);
  const shown = `  ${number} | ${[...left, ...right].join('')}`.trimEnd();
  if (column === 0) return [shown];
  return [shown, `  ${' '.repeat(number.length)} | ${' '.repeat(left.length)}^`];
}

/** The nearest offset at or before this one that does not cut a character in two. */
function characterStart(bytes: Uint8Array, offset: number): number {
  let at = offset;
  while (at > 0 && offset - at < 3 && (bytes[at]! & 0xc0) === 0x80) at--;
  return at;
}
