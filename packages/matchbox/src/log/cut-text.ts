/** Cuts text that is kept or shown. */

/**
 * @returns the text itself if it is short enough; else its beginning and an ellipsis
 * @param maxLength in UTF-16 units
 */
export function cutText(text: string, maxLength: number): string {
  return text.length > maxLength ? `${ownText(text.slice(0, maxLength))}…` : text;
}

/**
 * The same text in memory of its own. For what is kept.
 * Quirk: V8 keeps the whole of a text of which a part of 13 characters or more is kept (v8/src/objects/string.h, SlicedString).
 */
export function ownText(text: string): string {
  // UTF-16 keeps lone halves of characters, which stand for bytes that are not UTF-8.
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
