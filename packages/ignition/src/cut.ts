/** What is before and after the first `separator`; without one all is before it, and nothing after it (Go's `strings.Cut`). */
export function cut(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
