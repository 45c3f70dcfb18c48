/** The `Range` header, as Go's http.ServeContent reads it. */

/** Which bytes of a content are wanted. */
export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

/** Why a `Range` header cannot be met; the text is Go's, and the body of the 416. */
export type RangeFault = 'invalid range' | 'invalid range: failed to overlap';

/**
 * @param header the header's value, or '' when it is absent or to be ignored
 * @param size of the whole content, in bytes
 * @returns the one range, undefined for the whole content, or the fault
 *
 * Quirk: Go answers several ranges with the whole body since its default of one range a request
 * (GODEBUG httpservecontentmaxranges, recorded with Go 1.27 and a module of go 1.25: golden/README.md, multirange). We do the same: nothing that boots asks for several.
 * Quirk: `bytes=-0` is an empty range behind the end, and an empty file ignores a range that cannot overlap it (net/http/fs.go, parseRange).
 */
export function parseRange(header: string, size: number): ByteRange | RangeFault | undefined {
  if (header === '') return undefined;
  if (!header.startsWith('bytes=')) return 'invalid range';
  const specification = trimSpace(header.slice('bytes='.length));
  if (specification === '' || specification.includes(',')) return undefined;
  const dash = specification.indexOf('-');
  if (dash < 0) return 'invalid range';
  const first = trimSpace(specification.slice(0, dash));
  const last = trimSpace(specification.slice(dash + 1));
  return first === '' ? suffixRange(last, size) : startRange(first, last, size);
}

function suffixRange(last: string, size: number): ByteRange | RangeFault {
  const wanted = last.startsWith('-') ? undefined : parseInt64(last);
  if (wanted === undefined) return 'invalid range';
  const length = Math.min(wanted, size);
  return { start: size - length, length };
}

function startRange(first: string, last: string, size: number): ByteRange | RangeFault | undefined {
  const start = parseInt64(first);
  if (start === undefined) return 'invalid range';
  if (start >= size) return size === 0 ? undefined : 'invalid range: failed to overlap';
  if (last === '') return { start, length: size - start };
  const end = parseInt64(last);
  if (end === undefined || start > end) return 'invalid range';
  return { start, length: Math.min(end, size - 1) - start + 1 };
}

const largestInt64 = 9_223_372_036_854_775_807n;

/** A number from 0 to 2⁶³−1 with an optional sign; what is too large for a double is past every file's end all the same. */
function parseInt64(text: string): number | undefined {
  if (!/^[+-]?\d{1,400}$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return value < 0n || value > largestInt64 ? undefined : Number(value);
}

/** Without an expression: one that looks for spaces at the end takes the square of the time for a text full of them. */
function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}
