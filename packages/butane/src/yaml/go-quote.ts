/** Go's strconv.Quote. */

const named: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
};

/** What Go prints as it is: letters, marks, numbers, punctuation, symbols and the ASCII space. */
const printable = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

/** `text` as a Go string literal in double quotes. */
export function quoteGo(text: string): string {
  let quoted = '"';
  for (const character of text) {
    const escaped = named[character];
    if (escaped !== undefined) quoted += escaped;
    else if (printable.test(character)) quoted += character;
    else quoted += escapeCode(character.codePointAt(0)!);
  }
  return `${quoted}"`;
}

function escapeCode(codePoint: number): string {
  if (codePoint < 0x80) return `\\x${codePoint.toString(16).padStart(2, '0')}`;
  if (codePoint < 0x10000) return `\\u${codePoint.toString(16).padStart(4, '0')}`;
  return `\\U${codePoint.toString(16).padStart(8, '0')}`;
}
