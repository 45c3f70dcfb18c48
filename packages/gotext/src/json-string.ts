// Strings of JSON as Go's package encoding/json writes them.

const named: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};
const special = /["\\\0-\x1f<>&\u2028\u2029]|\p{Surrogate}/gu;
const specialOutsideHtml = /["\\\0-\x1f\u2028\u2029]|\p{Surrogate}/gu;

/** A byte string as JSON, safe inside HTML as is Go's way: `<`, `>` and `&` are escaped; a stray byte is the escape `\ufffd`. */
export function quoteJson(text: string): string {
  return `"${text.replace(special, escapeCharacter)}"`;
}

/** The same without escapes for HTML (`SetEscapeHTML(false)`). */
export function quoteRawJson(text: string): string {
  return `"${text.replace(specialOutsideHtml, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  const shown = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
  return named[character] ?? `\\u${shown.toString(16).padStart(4, '0')}`;
}
