// Text as Go's strconv.Quote prints it.

const short: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** A Go string literal in double quotes, as `%q` prints it. */
export function goQuote(text: string): string {
  return `"${[...text].map(quoteRune).join('')}"`;
}

/** The character as it stands in Go's JSON errors: `'\''`, `'"'`, `'\x00'`. */
export function goQuoteCharacter(character: string): string {
  if (character === "'") return `'\\''`;
  if (character === '"') return `'"'`;
  return `'${quoteRune(character)}'`;
}

function quoteRune(rune: string): string {
  const known = short[rune];
  if (known !== undefined) return known;
  const code = rune.codePointAt(0)!;
  if (rune === ' ' || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(rune)) return rune;
  const hex = code.toString(16);
  if (code < 0x80) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
