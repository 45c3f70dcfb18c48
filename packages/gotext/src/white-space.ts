// White space as Go knows it (package unicode, IsSpace). JavaScript's has no U+0085 and has U+FEFF.

const space = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;

/** Whether the character is white space (`unicode.IsSpace`). */
export function isSpace(character: string): boolean {
  return space.test(character);
}

/** The text without white space at both ends (`strings.TrimSpace`). */
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text[start]!)) start++;
  while (end > start && isSpace(text[end - 1]!)) end--;
  return text.slice(start, end);
}
