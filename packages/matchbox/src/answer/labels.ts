/** A request's query as labels, by the rules of Go's `url.ParseQuery`: what is malformed is left out, never an error. */
import { decodeBytes, encodeBytes } from '@matchbox/gotext';
import { formatMac, MacError, parseMac } from '@matchbox/netboot';
import { isFormattedMac, isMacKey } from '../data/group.ts';
import type { Labels } from '../data/group-index.ts';
import { limits } from '../limits/limits.ts';
import { cutText, ownText } from '../log/cut-text.ts';

/** With more pairs than this Go drops them all; we refuse the request. */
export const maxParameters = limits.parameters;
/** Of a longer query, labels are copied: whoever keeps a label would keep the whole query. */
const longQuery = 1024;

export interface ParsedLabels {
  /** The first value of each key; a `mac` (key in any case) is normalised, or left out when it is none. */
  readonly labels: Labels;
  /** `mac` values that were left out, with the reason in Go's words. */
  readonly badMacs: readonly { readonly value: string; readonly message: string }[];
}

/** Whether a query has more pairs than are looked at. */
export function hasTooManyParameters(rawQuery: string): boolean {
  let count = 1;
  for (let at = rawQuery.indexOf('&'); at >= 0; at = rawQuery.indexOf('&', at + 1)) {
    if (++count > maxParameters) return true;
  }
  return false;
}

/** @param rawQuery what follows the `?`, as sent; bytes that are not UTF-8 as in a byte string (`@matchbox/gotext`) */
export function parseLabels(rawQuery: string): ParsedLabels {
  const labels = new Map<string, string>();
  const macKeys: string[] = [];
  const own = rawQuery.length > longQuery ? ownText : (text: string) => text;
  visitPairs(rawQuery, (key, value) => {
    if (labels.has(key)) return;
    labels.set(own(key), own(value));
    if (isMacKey(key)) macKeys.push(key);
  });
  const badMacs: { value: string; message: string }[] = [];
  for (const key of macKeys) {
    const value = labels.get(key)!;
    if (isFormattedMac(value)) continue;
    try {
      labels.set(key, formatMac(parseMac(value)));
    } catch (error) {
      if (!(error instanceof MacError)) throw error;
      labels.delete(key);
      badMacs.push({ value, message: cutText(error.message, limits.logFieldLength) });
    }
  }
  return { labels, badMacs };
}

/** Every well-formed pair in order. A pair with a raw `;` or a broken escape is left out, as Go does. */
export function parseQuery(rawQuery: string): [key: string, value: string][] {
  const pairs: [string, string][] = [];
  visitPairs(rawQuery, (key, value) => pairs.push([key, value]));
  return pairs;
}

function visitPairs(rawQuery: string, visit: (key: string, value: string) => void): void {
  for (let from = 0; from < rawQuery.length; ) {
    const ampersand = rawQuery.indexOf('&', from);
    const to = ampersand < 0 ? rawQuery.length : ampersand;
    const pair = rawQuery.slice(from, to);
    from = to + 1;
    if (pair === '' || pair.includes(';')) continue;
    const equals = pair.indexOf('=');
    const key = unescapeQuery(equals < 0 ? pair : pair.slice(0, equals));
    const value = unescapeQuery(equals < 0 ? '' : pair.slice(equals + 1));
    if (key !== undefined && value !== undefined) visit(key, value);
  }
}

/** @returns undefined when a `%` is not followed by two hexadecimal digits */
function unescapeQuery(text: string): string | undefined {
  if (!text.includes('%') && !text.includes('+')) return text;
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  const spaced = text.replaceAll('+', ' ');
  return spaced.includes('%') ? unescapePercent(spaced) : spaced;
}

/** Replaces each `%41` by its byte. The text must have no other `%`. */
export function unescapePercent(text: string): string {
  const bytes: number[] = [];
  for (const [index, part] of text.split('%').entries()) {
    if (index > 0) bytes.push(Number.parseInt(part.slice(0, 2), 16));
    for (const byte of encodeBytes(index > 0 ? part.slice(2) : part)) bytes.push(byte);
  }
  return decodeBytes(Uint8Array.from(bytes));
}
