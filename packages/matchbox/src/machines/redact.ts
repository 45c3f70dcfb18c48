/** Takes secrets out of what is kept of machines: values of fields whose names the operator or common sense calls secret. */

/** Names (in any case) that contain one of these words have their values replaced, in queries and labels. */
const commonWords = ['token', 'password', 'passwd', 'secret', 'apikey', 'api_key', 'authorization'];

/** A longer query is cut: what firmware sends has a few hundred characters. */
const maxQueryLength = 2048;

/** Names that were looked at are remembered, up to so many. */
const maxKnownNames = 256;

const maxWords = 32;
const maxWordLength = 64;

export interface Redaction {
  /** @param rawQuery as sent */
  query(rawQuery: string): string;
  /** Whether the value of a label, or of another field, is to be kept from whoever reads of the machine. */
  isSecret(name: string): boolean;
  /** Of a report's text, where only the operator's own words count: a log says “token” where it has no secret. */
  text(text: string): string;
}

/** @param words of the operator's, besides those of common sense; in lower case */
export function redactionOf(words: readonly string[]): Redaction {
  const all = [...commonWords, ...words];
  /** Machines say the same few names. */
  const known = new Map<string, boolean>();
  return {
    query: (rawQuery) => redactQuery(rawQuery, all),
    isSecret: (name) => {
      let isSecret = known.get(name);
      if (isSecret !== undefined) return isSecret;
      isSecret = has(name.toLowerCase(), all);
      if (known.size < maxKnownNames && name.length <= maxNameLength) known.set(name, isSecret);
      return isSecret;
    },
    text: (text) => (words.length === 0 || !has(text.toLowerCase(), words) ? text : redactText(text, words)),
  };
}

/**
 * Reads a list of words, separated by commas.
 * @returns the words in lower case, or why they cannot be taken
 */
export function parseRedactedWords(list: string): readonly string[] | { readonly fault: string } {
  const words = list
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== '');
  if (words.length > maxWords) return { fault: `${words.length} words, and ${maxWords} are the most` };
  for (const word of words) {
    if (!/^[\w.-]+$/.test(word) || word.length > maxWordLength)
      return { fault: `${JSON.stringify(word)} is no word of letters, digits, “_”, “-” and “.”` };
    const needed = ['mac', 'uuid'].find((name) => name.includes(word));
    if (needed !== undefined)
      return { fault: `${JSON.stringify(word)} is in ${JSON.stringify(needed)}, by which machines are known` };
  }
  return words;
}

function redactQuery(rawQuery: string, words: readonly string[]): string {
  const bounded = rawQuery.length > maxQueryLength ? `${rawQuery.slice(0, maxQueryLength)}…` : rawQuery;
  // A key with escapes or a plus may spell a secret word in its own way.
  if (!has(bounded.toLowerCase(), words) && !bounded.includes('%')) return bounded;
  return bounded
    .split('&')
    .map((pair) => {
      const equals = pair.indexOf('=');
      const key = decodeEscapes(pair.slice(0, equals < 0 ? undefined : equals)).toLowerCase();
      return equals >= 0 && has(key, words) ? `${pair.slice(0, equals)}=…` : pair;
    })
    .join('&');
}

/** So far is looked back from a `=` or `:` for the name before it: a text of 64 KiB is looked at once, whatever is in it. */
const maxNameLength = 80;

/** `NAME=value`, `name: value` to the end of the line, `"name": "value"`. */
function redactText(text: string, words: readonly string[]): string {
  let kept = '';
  let from = 0;
  for (const { index } of text.matchAll(/[=:]/g)) {
    if (index < from) continue;
    const name = /[\w.-]+["']?[ \t]{0,2}$/.exec(text.slice(Math.max(from, index - maxNameLength), index))?.[0];
    if (name === undefined || !has(name.toLowerCase(), words)) continue;
    const start = index + 1;
    const end = start + valueLength(text, start, text[index] === ':');
    kept += `${text.slice(from, start)}…`;
    from = end;
  }
  return kept + text.slice(from);
}

function valueLength(text: string, start: number, isToLineEnd: boolean): number {
  const pattern = isToLineEnd ? valueOfColon : valueOfEquals;
  pattern.lastIndex = start;
  return pattern.exec(text)![0].length;
}

const valueOfEquals = /[ \t]*(?:"[^"\n]*"?|'[^'\n]*'?|[^\s,;&]*)/y;
const valueOfColon = /[ \t]*(?:"[^"\n]*"?|'[^'\n]*'?|[^\n]*)/y;

function has(text: string, words: readonly string[]): boolean {
  return words.some((word) => text.includes(word));
}

function decodeEscapes(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** What common sense calls secret. */
export const commonRedaction = redactionOf([]);
