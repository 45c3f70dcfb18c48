/** Texts of strangers as they are: what would be invisible, or would turn the text around it, is named instead. */

/** Controls, formats (zero-width and direction marks, isolates, tags), separators of lines, halves of characters; fillers and selectors that look like nothing. */
const hidden =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]|\u034f|\u17b4|\u17b5|[\u180b-\u180f]|[\ufe00-\ufe0f]/gu;

/** Those that no text of several lines has to have: line breaks and tabs are none of them. */
export const hiddenInLines = new RegExp(`(?![\\n\\t])(?:${hidden.source})`, hidden.flags);

/** @example visible('a\u202eb') === 'a⟨U+202E⟩b' */
export function visible(text: string): string {
  return text.replace(hidden, name);
}

/** As `visible`, but line breaks and tabs stay. */
export function visibleLines(text: string): string {
  return text.replace(hiddenInLines, name);
}

/** What stands for a character that nobody would see. */
export function nameOfCharacter(code: number): string {
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

function name(character: string): string {
  return nameOfCharacter(character.codePointAt(0)!);
}
