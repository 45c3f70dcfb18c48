/** The query of a machine as its labels say it, for those who ask what it would get. */

export function queryOfLabels(labels: readonly { readonly key: string; readonly value: string }[]): string {
  return labels.map(({ key, value }) => `${escaped(key)}=${escaped(value)}`).join('&');
}

function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll('%3A', ':').replaceAll('%2F', '/');
}

/** One more term of a query, or one less where it is there. */
export function toggleTerm(query: string, term: string): string {
  const terms = query.split(/\s+/).filter((each) => each !== '');
  return (terms.includes(term) ? terms.filter((each) => each !== term) : [...terms, term]).join(' ');
}

/** A value as a term's: spaces and what is invisible cannot be written there. */
export function termValue(value: string): string {
  return value.replace(/\s+/g, '*');
}

/**
 * A word of a shell (bash, zsh); controls and what is invisible are written as escapes, so that pasting does nothing else. Where a shell
 * knows no such escapes (sh), it is one word all the same: there is no quote in it.
 */
export function shellWord(word: string): string {
  if (/^[\w./:@%+,=-]+$/.test(word)) return word;
  if (/^[ -~]*$/.test(word)) return `'${word.replaceAll("'", `'\\''`)}'`;
  const escapes = Array.from(word, (character) => escapeOf(character.codePointAt(0)!));
  return `$'${escapes.join('')}'`;
}

function escapeOf(code: number): string {
  const character = String.fromCodePoint(code);
  if (character === '\\') return '\\\\';
  if (code >= 0x20 && code < 0x7f && character !== "'") return character;
  const digits = code.toString(16);
  return code > 0xffff ? `\\U${digits.padStart(8, '0')}` : `\\u${digits.padStart(4, '0')}`;
}
